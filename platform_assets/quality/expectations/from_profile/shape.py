"""Expectations about the table's shape: rows, columns, and how much of a column is filled. Always exact."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, TypeGuard

from platform_assets.quality.expectations.from_profile.facts import Answer, Facts, is_number, judged

Arguments = Mapping[str, Any]


def row_count_between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Rows of the table within bounds."""
    return _between(facts.profile.rows, arguments)


def row_count_equal(facts: Facts, arguments: Arguments) -> Answer | None:
    """Exactly so many rows."""
    return _equal(facts.profile.rows, arguments.get("value"))


def column_count_between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Number of columns within bounds."""
    return _between(len(facts.types), arguments)


def column_count_equal(facts: Facts, arguments: Arguments) -> Answer | None:
    """Exactly so many columns."""
    return _equal(len(facts.types), arguments.get("value"))


def column_exists(facts: Facts, arguments: Arguments) -> Answer | None:
    """The column exists; with `column_index` above 0 also at that place (Great Expectations ignores an index of 0)."""
    columns, index = list(facts.types), arguments.get("column_index")
    if index is not None and (isinstance(index, bool) or not isinstance(index, int) or index < 0):
        return None
    if index:
        return Answer(index < len(columns) and columns[index] == arguments["column"], {})
    return Answer(arguments["column"] in columns, {})


def columns_in_order(facts: Facts, arguments: Arguments) -> Answer | None:
    """Exactly these columns in this order."""
    found, wanted = list(facts.types), arguments.get("column_list")
    if not _are_names(wanted):
        return None
    if found == wanted:
        return Answer(True, {"observed_value": found})
    mismatched = [
        {"Expected Column Position": place, "Expected": expected, "Found": seen}
        for place, (expected, seen) in enumerate(zip_longest(wanted, found))
        if expected != seen
    ]
    return Answer(False, {"observed_value": found, "details": {"mismatched": mismatched}})


def columns_as_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """These columns in any order; with `exact_match: false` others may exist too."""
    found, wanted, exact = set(facts.types), arguments.get("column_set"), arguments.get("exact_match", True)
    if not _are_names(wanted) or not isinstance(exact, bool):
        return None
    sets = {"unexpected": sorted(found - set(wanted)), "missing": sorted(set(wanted) - found)}
    mismatched = {what: names for what, names in sets.items() if names}
    if not mismatched:
        return Answer(True, {"observed_value": sorted(found)})
    success = not exact and "missing" not in mismatched
    return Answer(success, {"observed_value": sorted(found), "details": {"mismatched": mismatched}})


def non_null_between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Share of rows with a value (NaN is one) within bounds."""
    rows = facts.profile.rows
    return _between((rows - facts.column(arguments).nulls) / rows, arguments) if rows else None


def _between(value: float, arguments: Arguments) -> Answer | None:
    success = judged(value, arguments)
    return None if success is None else Answer(success, {"observed_value": value})


def _equal(value: int, wanted: Any) -> Answer | None:
    return Answer(value == wanted, {"observed_value": value}) if is_number(wanted) else None


def _are_names(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)
