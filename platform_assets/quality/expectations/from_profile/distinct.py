"""Expectations about the different values of a column; exact while the sketch keeps them all.

NaN, which engines count as one more value, and texts above 100 characters, which the profile shortens, are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_assets.quality.expectations.from_profile.facts import (
    Answer,
    Facts,
    Value,
    comparable_set,
    counted_values,
    judged,
)

Arguments = Mapping[str, Any]
#: Great Expectations lists at most so many distinct values.
LISTED = 20


def count_between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Number of different values, without null."""
    count = _distinct(facts, arguments)
    success = None if count is None else judged(count, arguments)
    return None if success is None else Answer(success, {"observed_value": count})


def proportion_between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Different values / values that are not null; 0 without any."""
    count, column = _distinct(facts, arguments), facts.column(arguments)
    if count is None:
        return None
    present = column.count - column.nulls
    share = count / present if present else 0
    success = judged(share, arguments)
    return None if success is None else Answer(success, {"observed_value": share})


def most_common_in_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """The most frequent value is in the set; values that tie for it all count, and break it unless `ties_okay`."""
    counted = _counted(facts, arguments)
    wanted = comparable_set(arguments.get("value_set"), facts.type_of(arguments))
    if counted is None or wanted is None:
        return None
    most = max((rows for _, rows in counted), default=0)
    common = [value for value, rows in counted if rows == most]
    hits = len(set(wanted) & set(common))
    success = hits > 0 if arguments.get("ties_okay") else len(common) == 1 == hits
    return Answer(success, {"observed_value": common})


def in_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """No value outside the set."""
    sets = _differences(facts, arguments)
    if sets is None:
        return None
    unexpected, _ = sets
    return Answer(not unexpected, {"observed_value": None, **_listed("unexpected", unexpected)})


def contain_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """Every value of the set occurs."""
    sets = _differences(facts, arguments)
    if sets is None:
        return None
    _, missing = sets
    return Answer(not missing, {"observed_value": None, **_listed("missing", missing)})


def equal_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """The values of the set occur and no others."""
    sets = _differences(facts, arguments)
    if sets is None:
        return None
    unexpected, missing = sets
    listed = {**_listed("unexpected", unexpected), **_listed("missing", missing)}
    return Answer(not unexpected and not missing, {"observed_value": None, **listed})


def _counted(facts: Facts, arguments: Arguments) -> list[tuple[Value, int]] | None:
    return counted_values(facts.column(arguments), facts.type_of(arguments))


def _distinct(facts: Facts, arguments: Arguments) -> int | None:
    """Number of different values; also of times, whose number is all that this needs."""
    column = facts.column(arguments)
    if facts.type_of(arguments) in ("timestamp", "date"):
        return column.distinct if column.distinct_is_exact else None
    counted = _counted(facts, arguments)
    return None if counted is None else len(counted)


def _differences(facts: Facts, arguments: Arguments) -> tuple[list[Value], list[Value]] | None:
    """Values outside the set and values of the set that do not occur."""
    counted = _counted(facts, arguments)
    wanted = comparable_set(arguments.get("value_set"), facts.type_of(arguments))
    if counted is None or wanted is None or len(set(wanted)) < len(wanted):
        return None
    found = [value for value, _ in counted]
    expected, seen = set(wanted), set(found)
    return [value for value in found if value not in expected], [value for value in wanted if value not in seen]


def _listed(what: str, values: list[Value]) -> dict[str, Any]:
    return {f"{what}_count": len(values), f"partial_{what}_list": values[:LISTED]}
