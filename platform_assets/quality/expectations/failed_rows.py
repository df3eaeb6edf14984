"""A few whole rows that break an expectation, so that a person sees what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from platform_assets.compute.arrow import as_arrow

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from platform_assets.quality.contract import Expectation
    from platform_assets.quality.expectations.outcome import AnsweredBy

SAMPLES = 5


def sample_rows(
    frame: DataFrame, declared: Expectation, found: dict[str, Any], answered_by: AnsweredBy, hidden: Collection[str]
) -> list[str]:
    """At most five rows in words, as in `carrier=UA, distance=-1`, without the `hidden` columns.

    What the profile answered is looked up with a filter, so that Great Expectations need not be imported. `found` is
    the result; an expectation that judges no single rows has none.
    """
    rows = _broken_rows(frame, declared, found, answered_by)
    return [", ".join(f"{name}={value}" for name, value in row.items() if name not in hidden) for row in rows]


def _broken_rows(
    frame: DataFrame, declared: Expectation, found: dict[str, Any], answered_by: AnsweredBy
) -> list[dict[str, Any]]:
    if answered_by == "great_expectations":
        from platform_assets.quality.expectations.great import judges_rows, unexpected_rows

        return unexpected_rows(frame, declared, SAMPLES) if judges_rows(declared, found) else []
    condition = _BROKEN.get(declared.type)
    if condition is None:
        return []
    rows: list[dict[str, Any]] = as_arrow(frame.filter(condition(declared.arguments)).limit(SAMPLES)).to_pylist()
    return rows


def _column(arguments: dict[str, Any]) -> Column:
    from pyspark.sql import functions as F

    return F.col(f"`{arguments['column']}`")


def _length(arguments: dict[str, Any]) -> Column:
    from pyspark.sql import functions as F

    return F.length(_column(arguments))


def _outside(column: Column, arguments: dict[str, Any]) -> Column:
    from pyspark.sql import functions as F

    broken = F.lit(False)
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is not None:
        broken = broken | ((column <= low) if arguments.get("strict_min") else (column < low))
    if high is not None:
        broken = broken | ((column >= high) if arguments.get("strict_max") else (column > high))
    return broken


#: The condition of a broken row, for each type that the profile may answer with unexpected rows.
_BROKEN: dict[str, Callable[[dict[str, Any]], Column]] = {
    "expect_column_values_to_not_be_null": lambda arguments: _column(arguments).isNull(),
    "expect_column_values_to_be_null": lambda arguments: _column(arguments).isNotNull(),
    "expect_column_values_to_be_in_set": lambda arguments: ~_column(arguments).isin(arguments["value_set"]),
    "expect_column_values_to_not_be_in_set": lambda arguments: _column(arguments).isin(arguments["value_set"]),
    "expect_column_values_to_be_between": lambda arguments: _outside(_column(arguments), arguments),
    "expect_column_value_lengths_to_be_between": lambda arguments: _outside(_length(arguments), arguments),
    "expect_column_value_lengths_to_equal": lambda arguments: _length(arguments) != arguments["value"],
    "expect_column_values_to_match_regex": lambda arguments: ~_column(arguments).rlike(arguments["regex"]),
    "expect_column_values_to_not_match_regex": lambda arguments: _column(arguments).rlike(arguments["regex"]),
}
