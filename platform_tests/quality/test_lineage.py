"""Column lineage as it is declared and kept beside a contract."""

from typing import Any

import pytest
from pydantic import ValidationError

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.quality.contract import Column, Contract
from platform_assets.quality.lineage import ColumnReference, DerivedColumn, lineage_of, with_lineage

PLAIN: dict[str, Any] = {"name": "delay", "type": "int", "description": "Minutes late."}


@pytest.fixture
def contract() -> Contract:
    columns = [Column(**PLAIN), DerivedColumn(**PLAIN | {"name": "mean"}, computed_from=["flights.arr_delay"])]
    return Contract(name="delays", description="Delays.", owner="team:a", columns=columns, keys=["delay"])


def test_lineage_is_that_of_the_columns_that_have_any(contract: Contract) -> None:
    assert lineage_of(contract) == {"mean": [ColumnReference("flights", "arr_delay")]}


def test_new_lineage_takes_the_place_of_the_old(contract: Contract) -> None:
    changed = with_lineage(contract, {"delay": ["flights.dep_delay", "weather.temp"], "mean": []})

    assert lineage_of(changed) == {"delay": [("flights", "dep_delay"), ("weather", "temp")]}
    assert changed.model_dump() == contract.model_dump()


def test_lineage_of_a_column_that_is_not_there_is_refused(contract: Contract) -> None:
    with pytest.raises(ValueError, match="delays: lineage of median, which it does not have"):
        with_lineage(contract, {"median": ["flights.arr_delay"]})


@pytest.mark.parametrize(
    ("references", "rule"),
    [
        (["arr_delay"], "'arr_delay' does not say whose column it is. Write dataset.column, as in flights.dest."),
        (["flights."], "'flights.' does not say whose column it is."),
        (["Flights.dest"], "'Flights.dest' does not say whose column it is."),
        (["flights.dest", "flights.origin", "flights.dest"], "flights.dest named twice. Keep one of each."),
    ],
)
def test_a_reference_says_whose_column_it_is_and_stands_once(references: list[str], rule: str) -> None:
    with pytest.raises(ValidationError) as error:
        DerivedColumn(**PLAIN, computed_from=references)

    assert rule in str(error.value)


def test_a_job_is_sent_the_rules_without_the_lineage(contract: Contract) -> None:
    assert [set(column) for column in contract.model_dump()["columns"]] == 2 * [set(Column.model_fields)]


def test_editors_are_told_what_the_field_means() -> None:
    columns = FeatureSetDeclaration.model_json_schema()["$defs"]["DerivedColumn"]["properties"]

    assert columns["computed_from"]["description"].startswith("Columns of the inputs that a value depends on")
