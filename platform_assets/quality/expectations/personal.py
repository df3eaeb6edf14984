"""What a result may tell of personal columns: how many, never which values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_assets.quality.expectations.naming import is_custom, named_columns

if TYPE_CHECKING:
    from platform_assets.quality.contract import Expectation

_COUNTS = {
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "missing_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
}
#: Their observed value is a number of values or rows, not a value.
_COUNTING = {
    "expect_column_unique_value_count_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "expect_column_to_exist",
}
WITHHELD = "The reason may quote a value of a personal column and is withheld; run it on the rows in a notebook."


def without_values(declared: Expectation, result: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """A validation result without values of the `hidden` columns: counts, and observed numbers of rows or values.

    One that names other columns only is told in full, unless it is your own, which may show whole rows.
    """
    names = named_columns(declared.arguments)
    if not hidden or _tells_nothing(declared, names, hidden):
        return result
    found = result["result"]
    kept = {key: value for key, value in found.items() if key in _COUNTS}
    observed = found.get("observed_value")
    if declared.type in _COUNTING or (not names and isinstance(observed, int | float)):
        kept["observed_value"] = observed
    info = dict(result["exception_info"])
    if info.get("exception_message"):
        info["exception_message"] = WITHHELD
    return {**result, "result": kept, "exception_info": info}


def _tells_nothing(declared: Expectation, names: list[str], hidden: set[str]) -> bool:
    if declared.type.startswith("expect_table_"):
        return True
    return bool(names) and not hidden.intersection(names) and not is_custom(declared.type)
