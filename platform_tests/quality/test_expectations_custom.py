"""Expectations of a user's own are found by their import path; what is wrong with a path is said by name."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from platform_assets.compute.engines import Engine
from platform_assets.quality.contract import Contract, Expectation
from platform_assets.quality.expectations.errors import (
    ArgumentsRefused,
    NotAnExpectation,
    NotImportable,
)
from platform_assets.quality.expectations.outcome import Outcome
from platform_assets.quality.expectations.resolving import problems
from platform_assets.quality.expectations.validate import validate

ROWS = pa.table({"price": [1.0, 2.5, None, 40.0], "kind": ["tea", "tea", "bun", "tea"]})


def outcomes(engine: Engine, *declared: dict[str, Any], personal: Sequence[str] = ()) -> list[Outcome]:
    expectations = [Expectation.model_validate(each) for each in declared]
    return validate(engine.session.createDataFrame(ROWS), expectations, personal=personal)


def test_a_column_expectation_of_your_own_runs_and_shows_the_rows(embedded: Engine) -> None:
    (outcome,) = outcomes(
        embedded,
        {"type": "shop_expectations.ExpectColumnValuesToBeWholeEuros", "arguments": {"column": "price"}},
    )

    assert (outcome.name, outcome.passed) == ("expect_column_values_to_be_whole_euros__price", False)
    assert outcome.unexpected_rows == 1
    assert outcome.sample_rows == ["price=2.5, kind=tea"]


def test_a_query_of_your_own_runs_and_shows_the_rows(embedded: Engine) -> None:
    own, built_in = outcomes(
        embedded,
        {"type": "shop_expectations.ExpectTeaToBeCheap"},
        {
            "type": "great_expectations.expectations.UnexpectedRowsExpectation",
            "arguments": {"unexpected_rows_query": "SELECT * FROM {batch} WHERE price < 0"},
        },
    )

    assert (own.name, own.passed, own.sample_rows) == ("expect_tea_to_be_cheap", False, ["price=40.0, kind=tea"])
    assert (built_in.name, built_in.passed) == ("unexpected_rows_expectation", True)


def test_a_query_of_your_own_shows_no_personal_column(embedded: Engine) -> None:
    (outcome,) = outcomes(embedded, {"type": "shop_expectations.ExpectTeaToBeCheap"}, personal=["price"])

    assert outcome.sample_rows == ["kind=tea"]
    assert "40" not in outcome.model_dump_json()


@pytest.mark.parametrize(
    ("type_", "error", "said"),
    [
        ("no_such_package.ExpectNothing", NotImportable, "ModuleNotFoundError: No module named 'no_such_package'"),
        ("shop_expectations.ExpectMiracles", NotImportable, "has no attribute 'ExpectMiracles'"),
        ("shop_expectations.NoExpectation", NotAnExpectation, "'shop_expectations.NoExpectation' is no expectation"),
    ],
)
def test_a_path_that_leads_to_no_expectation_is_named(
    embedded: Engine, type_: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said.replace("(", r"\(")):
        outcomes(embedded, {"type": type_})
    (problem,) = problems([Expectation(type=type_)])
    assert said in problem


def test_refused_arguments_are_named_with_the_remedy(embedded: Engine) -> None:
    with pytest.raises(ArgumentsRefused) as error:
        outcomes(
            embedded,
            {
                "type": "expect_column_mean_to_be_between",
                "arguments": {"column": "price", "minimum": 0, "max_value": 1},
            },
        )

    assert str(error.value) == (
        "expectation 'expect_column_mean_to_be_between__price': minimum: extra fields not permitted. "
        "Correct its arguments in defs.yaml."
    )


def contract(*expectations: dict[str, Any]) -> Contract:
    column = {"name": "price", "type": "double", "description": "In euros."}
    return Contract.model_validate(
        {
            "name": "sales",
            "description": "One.",
            "owner": "team:shop",
            "keys": ["price"],
            "columns": [column],
            "expectations": list(expectations),
        }
    )


def test_two_expectations_of_one_type_and_column_need_names() -> None:
    null = {"type": "expect_column_values_to_not_be_null", "arguments": {"column": "price"}}

    with pytest.raises(ValueError, match="two are called expect_column_values_to_not_be_null__price"):
        contract(null, null)
    named = contract(null, {**null, "name": "mostly_there"})
    assert [each.check_name for each in named.expectations] == [
        "expect_column_values_to_not_be_null__price",
        "mostly_there",
    ]


def test_a_type_that_is_neither_name_nor_path_is_refused_when_declared() -> None:
    with pytest.raises(ValueError, match="'ExpectColumnToExist' is no expectation"):
        contract({"type": "ExpectColumnToExist"})


def test_columns_of_a_pair_must_exist() -> None:
    with pytest.raises(ValueError, match="'prize' is not one of the columns"):
        contract(
            {"type": "expect_column_pair_values_to_be_equal", "arguments": {"column_A": "price", "column_B": "prize"}}
        )
