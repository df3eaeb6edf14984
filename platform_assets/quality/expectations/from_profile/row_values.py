"""Expectations that every row (or a share `mostly` of them) must keep.

Counts are those of Great Expectations: null checks judge all rows, the others the rows that have a value, and without
any they hold. Its examples are the first unexpected rows that an engine happens to find; here they are every different
unexpected value once, then again as often as it occurs, up to the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from platform_assets.quality.expectations.from_profile.facts import (
    Answer,
    Facts,
    Value,
    bounds_of,
    comparable_set,
    counted_values,
    usable_numbers,
)
from platform_assets.quality.profile import ColumnProfile

Arguments = Mapping[str, Any]
Counted = Sequence[tuple[Value | None, int]]
EXAMPLES = 20


def not_null(facts: Facts, arguments: Arguments) -> Answer | None:
    """Rows that are null are unexpected; NaN is a value."""
    column, mostly = facts.column(arguments), mostly_of(arguments)
    return None if mostly is None else _judged_rows(column, column.nulls, [(None, column.nulls)], mostly)


def null(facts: Facts, arguments: Arguments) -> Answer | None:
    """Rows with a value are unexpected; answered only if their values are known as examples."""
    column, mostly = facts.column(arguments), mostly_of(arguments)
    present = column.count - column.nulls
    counted = counted_values(column, facts.type_of(arguments)) if present else []
    return None if mostly is None or counted is None else _judged_rows(column, present, counted, mostly)


def in_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """Values outside the set are unexpected."""
    return _by_membership(facts, arguments, unexpected_if_in=False)


def not_in_set(facts: Facts, arguments: Arguments) -> Answer | None:
    """Values of the set are unexpected."""
    return _by_membership(facts, arguments, unexpected_if_in=True)


def between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Numbers outside the bounds are unexpected.

    A sketch that no longer keeps every value still knows that none is outside: its smallest and largest are exact.
    """
    column, type_, mostly, bounds = (
        facts.column(arguments),
        facts.type_of(arguments),
        mostly_of(arguments),
        bounds_of(arguments),
    )
    if mostly is None or bounds is None or not usable_numbers(column, type_):
        return None
    low, high = bounds
    counted = counted_values(column, type_)
    if counted is None:
        edges: list[tuple[Value, int]] = [(edge, 1) for edge in (column.min, column.max) if edge is not None]
        return None if _outside(edges, low, high, arguments) else judged_values(column, [], mostly)
    return judged_values(column, _outside(counted, low, high, arguments), mostly)


def unique(facts: Facts, arguments: Arguments) -> Answer | None:
    """Values that occur twice are unexpected; only the answer that there are none is given here."""
    column, mostly = facts.column(arguments), mostly_of(arguments)
    counted = counted_values(column, facts.type_of(arguments))
    if mostly is None or counted is None or any(rows > 1 for _, rows in counted):
        return None
    return judged_values(column, [], mostly)


def _by_membership(facts: Facts, arguments: Arguments, *, unexpected_if_in: bool) -> Answer | None:
    column, type_, mostly = facts.column(arguments), facts.type_of(arguments), mostly_of(arguments)
    counted, wanted = counted_values(column, type_), comparable_set(arguments.get("value_set"), type_)
    if mostly is None or counted is None or wanted is None:
        return None
    known = set(wanted)
    return judged_values(column, [pair for pair in counted if (pair[0] in known) is unexpected_if_in], mostly)


def _outside(
    counted: Sequence[tuple[Value, int]], low: float | None, high: float | None, arguments: Arguments
) -> list[tuple[Value, int]]:
    values = np.array([value for value, _ in counted], dtype=np.float64)
    outside = np.zeros(len(values), dtype=bool)
    if low is not None:
        outside |= values <= low if arguments.get("strict_min") else values < low
    if high is not None:
        outside |= values >= high if arguments.get("strict_max") else values > high
    return [counted[index] for index in np.flatnonzero(outside).tolist()]


def mostly_of(arguments: Arguments) -> float | None:
    """The share that must keep the rule, by default all; None if it is no share."""
    mostly = arguments.get("mostly", 1)
    allowed = isinstance(mostly, int | float) and not isinstance(mostly, bool) and 0 <= mostly <= 1
    return float(mostly) if allowed else None


def _judged_rows(column: ColumnProfile, unexpected: int, counted: Counted, mostly: float) -> Answer | None:
    """The answer of a null check: all rows are judged, none is missing."""
    if not column.count:
        return None
    success = (column.count - unexpected) / column.count >= mostly
    percent = unexpected / column.count * 100
    return Answer(
        success,
        {
            "element_count": column.count,
            "unexpected_count": unexpected,
            "unexpected_percent": percent,
            **_examples(counted),
        },
    )


def judged_values(column: ColumnProfile, counted: Counted, mostly: float) -> Answer | None:
    """The answer of a check of values with the unexpected ones; rows without a value are missing."""
    rows, present = column.count, column.count - column.nulls
    if not rows:
        return None
    unexpected = sum(count for _, count in counted)
    percent = unexpected / present * 100 if present else None
    return Answer(
        not present or (float(present) - float(unexpected)) / float(present) >= mostly,
        {
            "element_count": rows,
            "unexpected_count": unexpected,
            "unexpected_percent": percent,
            "missing_count": column.nulls,
            "missing_percent": column.nulls / rows * 100,
            "unexpected_percent_total": unexpected / rows * 100,
            "unexpected_percent_nonmissing": percent,
            **_examples(counted),
        },
    )


def _examples(counted: Counted) -> dict[str, Any]:
    occurring = [(value, rows) for value, rows in counted if rows]
    again = (value for value, rows in occurring for _ in range(min(rows, EXAMPLES) - 1))
    listed = [value for value, _ in occurring[:EXAMPLES]]
    listed += islice(again, EXAMPLES - len(listed))
    # All are of one type, or null.
    order = sorted(Counter(listed).items(), key=lambda pair: (-pair[1], pair[0] if pair[0] is not None else 0))
    return {
        "partial_unexpected_list": listed,
        "partial_unexpected_counts": [{"value": value, "count": rows} for value, rows in order],
    }
