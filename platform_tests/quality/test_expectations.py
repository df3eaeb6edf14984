"""Great Expectations run on the job's DataFrame; a failed one says what was wanted and what was found."""

from typing import Any

import pyarrow as pa
import pytest

from platform_assets.compute.engines import Engine
from platform_assets.quality.contract import Expectation
from platform_assets.quality.expectations.errors import UnknownExpectation
from platform_assets.quality.expectations.outcome import Outcome
from platform_assets.quality.expectations.validate import validate

ROWS = pa.table({"price": [1.0, 2.0, None, 40.0], "kind": ["tea", "tea", "bun", "bun"]})


def outcomes(engine: Engine, *expectations: Expectation) -> list[Outcome]:
    return validate(engine.session.createDataFrame(ROWS), list(expectations))


def expectation(
    kind: str, on_violation: str = "refuse_partition", name: str | None = None, **arguments: Any
) -> Expectation:
    return Expectation.model_validate(
        {"type": kind, "name": name, "arguments": arguments, "on_violation": on_violation}
    )


def test_expectations_are_answered_in_their_order(embedded: Engine) -> None:
    found = outcomes(
        embedded,
        expectation("expect_column_values_to_be_in_set", column="kind", value_set=["tea", "bun"]),
        expectation("expect_column_values_to_not_be_null", column="price"),
        expectation("expect_column_mean_to_be_between", "warn", column="price", min_value=0, max_value=10),
        expectation("expect_table_row_count_to_equal", value=4),
    )

    assert [(outcome.name, outcome.passed, outcome.blocking) for outcome in found] == [
        ("expect_column_values_to_be_in_set__kind", True, True),
        ("expect_column_values_to_not_be_null__price", False, True),
        ("expect_column_mean_to_be_between__price", False, False),
        ("expect_table_row_count_to_equal", True, True),
    ]


def test_a_failure_says_what_was_wanted_and_what_was_found(embedded: Engine) -> None:
    share, mean = outcomes(
        embedded,
        expectation("expect_column_values_to_be_between", column="price", min_value=0, max_value=10),
        expectation("expect_column_mean_to_be_between", column="price", min_value=0, max_value=10),
    )

    assert share.message == (
        "expect_column_values_to_be_between on price (min_value=0, max_value=10) failed: "
        "33.3 % unexpected, unexpected such as 40.0."
    )
    assert share.observed == "33.3 % unexpected, unexpected such as 40.0"
    assert mean.message.startswith("expect_column_mean_to_be_between on price (min_value=0, max_value=10) failed: 14.3")


def test_a_set_that_differs_is_told_with_what_is_too_much_and_what_is_missing(embedded: Engine) -> None:
    (outcome,) = outcomes(
        embedded,
        expectation("expect_column_distinct_values_to_equal_set", column="kind", value_set=["tea", "cake"]),
    )

    assert outcome.observed == "unexpected such as bun, missing such as cake"


def test_an_expectation_that_cannot_be_answered_fails_with_the_reason(embedded: Engine) -> None:
    (outcome,) = outcomes(embedded, expectation("expect_column_mean_to_be_between", column="kind", min_value=0))

    assert not outcome.passed
    assert "Expected numeric column type" in outcome.message


def test_mostly_allows_a_share_of_exceptions(embedded: Engine) -> None:
    lenient, strict = outcomes(
        embedded,
        expectation("expect_column_values_to_not_be_null", column="price", mostly=0.75),
        expectation("expect_column_values_to_not_be_null", name="strict", column="price", mostly=0.76),
    )

    assert (lenient.passed, strict.passed) == (True, False)


def test_an_unknown_expectation_is_named_with_an_example(embedded: Engine) -> None:
    with pytest.raises(UnknownExpectation) as error:
        outcomes(embedded, expectation("expect_miracles", column="price"))

    assert str(error.value) == (
        "expectation 'expect_miracles' does not exist in Great Expectations. "
        "Correct its name in defs.yaml, for example expect_column_values_to_be_between."
    )
