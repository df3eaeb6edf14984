import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from platform_assets.learning.declaration import ModelDeclaration

Declare = Callable[..., ModelDeclaration]
GATE = {"name": "g", "metric": "auc"}


def test_defaults_are_usable(declare: Declare) -> None:
    declaration = declare()
    assert declaration.estimator == "sklearn.ensemble.HistGradientBoostingClassifier"
    assert (declaration.validation.share, declaration.validation.max_days) == (0.25, 28)
    assert declaration.label.delay_partitions == 1
    assert declaration.search.trials == 0


def test_parameters_keep_their_types(declare: Declare) -> None:
    given = {"max_iter": 20, "learning_rate": 0.1, "early_stopping": False, "scoring": "loss", "max_depth": None}
    parameters = declare(parameters=given).parameters
    assert parameters == given
    assert [type(value) for value in parameters.values()] == [int, float, bool, str, type(None)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"nmae": "x"}, "Extra inputs"),
        ({"name": "Not A Name"}, "pattern"),
        ({"first_partition": "2013-13"}, "YYYY-MM"),
        ({"estimator": "Classifier"}, "pattern"),
        ({"search": {"trials": 3}}, "space is empty. Name parameters"),
        ({"search": {"space": {"a": {"low": 2, "high": 2}}}}, r"low \(2\) must be less than high \(2\)"),
        ({"search": {"space": {"a": {"low": 0, "high": 2, "log": True}}}}, "must be positive"),
        ({"search": {"space": {"a": {"low": 0.5, "high": 2, "integer": True}}}}, "whole numbers"),
        ({"gates": [GATE]}, "exactly one of at_least, at_most, better_than, .*, but has none"),
        ({"gates": [{**GATE, "at_least": 0.6, "better_than": "champion"}]}, "has at_least and better_than"),
        ({"gates": [{**GATE, "at_most": 0.6}]}, "auc is better when higher.*Use at_least"),
        ({"gates": [{**GATE, "metric": "brier", "at_least": 0.6}]}, "brier is better when lower.*Use at_most"),
        ({"gates": [{**GATE, "at_least": 0.6, "margin": 0.1}]}, "margin but no better_than"),
        ({"gates": [{**GATE, "at_least": 0.6}, {**GATE, "at_least": 0.7}]}, "gates names g more than once"),
        ({"features": ["hour", "hour"]}, "features names hour more than once"),
        ({"validation": {"share": 1.0}}, "less than 1"),
    ],
)
def test_a_wrong_declaration_says_what_to_do(declare: Declare, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        declare(**changes)


def test_every_field_is_described() -> None:
    undescribed = [
        f"{m.__name__}.{n}" for m in _models(ModelDeclaration) for n, f in m.model_fields.items() if not f.description
    ]
    assert undescribed == []


def test_a_declaration_survives_json(declare: Declare) -> None:
    declaration = declare(retraining={"on_drift": True, "on_decay": 0.03, "every_partitions": 2})
    assert ModelDeclaration.model_validate_json(declaration.model_dump_json()) == declaration


def _models(model: type[BaseModel], above: tuple[type[BaseModel], ...] = ()) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        annotation: Any = field.annotation
        for inner in (annotation, *getattr(annotation, "__args__", ())):
            # Reasons to retrain are made of reasons to retrain.
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in (model, *above):
                yield from _models(inner, (*above, model))


def test_the_declarations_of_the_monitoring_guide_are_valid(declare: Declare) -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "monitoring.md"
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", guide.read_text(), re.DOTALL)]

    declaration = declare(**{name: value for block in blocks for name, value in block.items()})

    assert {name for block in blocks for name in block} == {"monitoring", "retraining", "rollback"}
    assert declaration.retraining.watches_drift
    assert declaration.monitoring.segments == ["origin", "carrier"]
