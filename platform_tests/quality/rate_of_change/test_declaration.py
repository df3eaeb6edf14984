"""Rules that cannot work are refused when the product is loaded, with place, rule and remedy."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline.declared_wrongly import broken_rule
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.rate_of_change.metrics import METRICS
from platform_assets.quality.rate_of_change.rule import RateOfChange
from platform_assets.quality.rate_of_change.strategies import Strategy

RULE: dict[str, Any] = {
    "name": "price_level",
    "description": "Prices change slowly.",
    "metric": "price.mean",
    "strategy": {"kind": "relative_change", "at_least": 0.5, "at_most": 2},
}


def test_a_rule_survives_the_way_to_an_engine(sales: Callable[..., dict[str, Any]]) -> None:
    declared = DatasetDeclaration.model_validate(sales(rate_of_change=[RULE]))

    assert DatasetDeclaration.model_validate(declared.model_dump(mode="json")) == declared
    assert declared.rate_of_change[0].history == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"metric": "prize.mean"},
            "sales.rate_of_change.price_level.metric: there is no column 'prize'. Declare it, or",
        ),
        (
            {"metric": "kind.mean"},
            "sales.rate_of_change.price_level.metric: 'kind' is of type string, which has no mean",
        ),
        ({"metric": "price.share('a')"}, "'price' is of type double, which has no share"),
        ({"metric": "gift.share('a')"}, "'gift' is of type boolean. Write gift.share(True)."),
        ({"metric": "kind.share(True)"}, "'kind' is of type string. Write kind.share('text')."),
        ({"metric": "price.avg"}, "sales.rate_of_change.price_level.metric: 'price.avg': there is no metric 'avg'."),
        ({"name": "contract_values"}, "'contract_values' is the name of another check."),
        ({"strategy": {"kind": "magic"}}, "sales.rate_of_change.price_level.strategy: Input tag 'magic'"),
        ({"strategy": {"kind": "threshold"}}, "threshold: neither at_least nor at_most is set"),
        (
            {"strategy": {"kind": "threshold", "at_least": 2, "at_most": 1}},
            "sales.rate_of_change.price_level.strategy.threshold: threshold: at_least 2 is above at_most 1.",
        ),
        (
            {"strategy": {"kind": "holt_winters"}, "minimum_history": 12},
            "minimum_history: 12 is too little, as holt_winters needs 24.",
        ),
        (
            {"on_breach": "page"},
            "sales.rate_of_change.price_level.on_breach: Input should be 'alert', 'block' or 'retrain'",
        ),
        ({"on_breach": "retrain"}, "sales.rate_of_change.price_level.on_breach: no model learns from a dataset."),
    ],
)
def test_a_wrong_rule_is_told(sales: Callable[..., dict[str, Any]], change: dict[str, Any], says: str) -> None:
    written = sales(rate_of_change=[{**RULE, **change}])

    with pytest.raises(ValidationError) as error:
        DatasetDeclaration.model_validate(written)

    assert says in broken_rule(DatasetDeclaration, written, error.value)


def test_two_rules_of_one_name_or_a_table_without_partitions_are_told(sales: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(ValidationError, match="price_level declared twice"):
        DatasetDeclaration.model_validate(sales(rate_of_change=[RULE, RULE]))
    single = sales(without="partitions", rate_of_change=[RULE], arrival={"file": "sales.csv"})
    with pytest.raises(ValidationError, match="without partitions there is nothing earlier"):
        DatasetDeclaration.model_validate(single)


def test_a_feature_set_may_ask_for_a_training(sales: Callable[..., dict[str, Any]]) -> None:
    written = sales(without="arrival", rate_of_change=[{**RULE, "on_breach": "retrain"}])
    written["columns"] = [{"name": c["name"], "type": c["type"], "description": "x"} for c in written["columns"]]

    declared = FeatureSetDeclaration.model_validate(
        {**written, "function": "features.make", "inputs": [{"dataset": "till"}]}
    )

    assert declared.rate_of_change[0].on_breach == "retrain"


def test_the_rules_of_the_guide_are_rules() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "rate_of_change.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)

    rules = [RateOfChange.model_validate(rule) for rule in yaml.safe_load(block)["rate_of_change"]]

    assert [rule.history for rule in rules] == [3, 24]
    for name in METRICS:
        assert f"`{name}" in guide
    for strategy in Strategy.__subclasses__():
        assert f"| `{strategy.model_fields['kind'].annotation.__args__[0]}` |" in guide
