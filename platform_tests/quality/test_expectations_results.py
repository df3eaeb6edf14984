"""What is told of a failed expectation: its rows, never personal values; and the results that are kept."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from platform_assets.compute.engines import Engine
from platform_assets.lake import Lake
from platform_assets.lake.partitions import Values
from platform_assets.quality.contract import Expectation
from platform_assets.quality.expectations.outcome import Outcome
from platform_assets.quality.expectations.stored import EXPECTATION_RESULTS, read_results, result_rows
from platform_assets.quality.expectations.validate import validate
from platform_assets.quality.profile import profile_batches

ROWS = pa.table({"price": [1.0, 2.5, None, 40.0], "guest": ["Ada", "Emmy", "Kurt", "Alan"], "nights": [1, 2, 3, -9]})

ADA, EMMY = "price=1.0, guest=Ada, nights=1", "price=2.5, guest=Emmy, nights=2"
KURT, ALAN = "price=None, guest=Kurt, nights=3", "price=40.0, guest=Alan, nights=-9"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def outcome(
    engine: Engine, type_: str, *, personal: tuple[str, ...] = (), profiled: bool = True, **arguments: Any
) -> Outcome:
    declared = Expectation.model_validate({"type": type_, "arguments": arguments})
    profile = profile_batches(ROWS.to_batches()) if profiled else None
    (found,) = validate(engine.session.createDataFrame(ROWS), [declared], profile, personal)
    return found


@pytest.mark.parametrize("profiled", [True, False], ids=["profile", "great expectations"])
@pytest.mark.parametrize(
    ("type_", "arguments", "row"),
    [
        ("expect_column_values_to_not_be_null", {"column": "price"}, KURT),
        ("expect_column_values_to_be_in_set", {"column": "nights", "value_set": [1, 2, 3]}, ALAN),
        ("expect_column_values_to_not_be_in_set", {"column": "nights", "value_set": [2]}, EMMY),
        ("expect_column_values_to_be_between", {"column": "price", "max_value": 10}, ALAN),
        ("expect_column_values_to_be_between", {"column": "nights", "min_value": -9, "strict_min": True}, ALAN),
        ("expect_column_values_to_match_regex", {"column": "guest", "regex": "^[AK]"}, EMMY),
        ("expect_column_values_to_not_match_regex", {"column": "guest", "regex": "mm"}, EMMY),
        ("expect_column_value_lengths_to_be_between", {"column": "guest", "min_value": 4}, ADA),
    ],
)
def test_the_whole_row_is_shown_whoever_answers(
    embedded: Engine, type_: str, arguments: dict[str, Any], row: str, profiled: bool
) -> None:
    found = outcome(embedded, type_, profiled=profiled, **arguments)

    assert found.answered_by == ("profile" if profiled else "great_expectations")
    assert (found.passed, found.unexpected_rows, found.sample_rows) == (False, 1, [row])


@pytest.mark.parametrize("profiled", [True, False], ids=["profile", "great expectations"])
@pytest.mark.parametrize(
    ("type_", "arguments"),
    [
        ("expect_column_values_to_be_in_set", {"value_set": ["Ada"]}),
        ("expect_column_values_to_match_regex", {"regex": "^x"}),
        ("expect_column_values_to_be_null", {}),
        ("expect_column_distinct_values_to_be_in_set", {"value_set": ["Ada"]}),
        ("expect_column_most_common_value_to_be_in_set", {"value_set": ["Ada"]}),
        ("expect_column_max_to_be_between", {"max_value": 1}),
    ],
)
def test_values_of_personal_columns_are_never_told(
    embedded: Engine, type_: str, arguments: dict[str, Any], profiled: bool
) -> None:
    found = outcome(embedded, type_, personal=("guest",), profiled=profiled, column="guest", **arguments)

    told = found.model_dump_json()
    assert not found.passed
    assert not [name for name in ("Emmy", "Kurt", "Alan") if name in told]
    assert all("price=" in row for row in found.sample_rows)


def test_a_row_that_breaks_another_column_is_shown_without_the_personal_one(embedded: Engine) -> None:
    found = outcome(embedded, "expect_column_values_to_be_between", personal=("guest",), column="price", max_value=10)

    assert found.sample_rows == ["price=40.0, nights=-9"]
    assert found.result["result"]["partial_unexpected_list"] == [40.0]


def test_numbers_about_a_personal_column_are_told(embedded: Engine) -> None:
    nulls = outcome(embedded, "expect_column_values_to_be_null", personal=("guest",), column="guest")
    unique = outcome(
        embedded, "expect_column_unique_value_count_to_be_between", personal=("guest",), column="guest", max_value=2
    )

    assert (nulls.unexpected_rows, nulls.result["result"]["unexpected_percent"]) == (4, 100.0)
    assert unique.observed == "4"


def test_results_are_kept_per_partition_and_read_again(embedded: Engine, lake: Lake) -> None:
    found = outcome(embedded, "expect_column_values_to_not_be_null", column="price")
    for partition, snapshot, run in (("2013-01", 7, "one"), ("2013-02", None, "two"), ("2013-01", 8, "three")):
        rows = result_rows([found], "hotel.guests", partition, snapshot, run)
        scope = Values((("table", "hotel.guests"), ("partition", partition)))
        lake.publish_rows(EXPECTATION_RESULTS, scope, rows, {})

    january, february = read_results(lake, "hotel.guests")
    assert (january.partition, january.run_id, january.published) == ("2013-01", "three", True)
    assert (february.partition, february.run_id, february.published) == ("2013-02", "two", False)
    assert january.results == [found.result]
    (row,) = lake.read(
        EXPECTATION_RESULTS.name, Values((("table", "hotel.guests"), ("partition", "2013-02")))
    ).to_pylist()
    assert (row["expectation"], row["success"], row["unexpected_rows"], row["answered_by"]) == (
        "expect_column_values_to_not_be_null__price",
        False,
        1,
        "profile",
    )
    assert json.loads(row["result"])["result"]["element_count"] == 4


def test_without_results_nothing_is_read(lake: Lake) -> None:
    assert read_results(lake, "hotel.guests") == []
