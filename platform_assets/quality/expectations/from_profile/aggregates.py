"""Expectations about one number of a column: minimum, maximum, mean, sum, standard deviation, median, quantiles.

The profile's numbers are exact (mean and deviation correctly rounded). An engine adds doubles one after the other, so
its own may differ in the last digits: by at most about `n * u` times the sum of magnitudes, with `u = 2**-53`
(Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2). A bound within that distance is left to
Great Expectations, so that both give the same verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

import numpy as np

from platform_assets.quality.expectations.from_profile.facts import (
    INTEGERS,
    Answer,
    Facts,
    as_typed,
    bounds_of,
    is_number,
    judged,
    usable_numbers,
)
from platform_assets.quality.profile import ColumnProfile

Arguments = Mapping[str, Any]
_UNIT = 2.0**-53
#: A mean times n is off by at most a quarter below this, so that rounding gives the sum of integers.
_EXACT_SUM = 1 << 50
# Of quantiles, as Great Expectations compares them.
_RELATIVE_TOLERANCE = 1e-4
_ABSOLUTE_TOLERANCE = 1e-8
_NOTHING = Answer(False, {"observed_value": None})


def minimum(facts: Facts, arguments: Arguments) -> Answer | None:
    """Smallest value; without values it does not hold."""
    return _edge(facts, arguments, facts.column(arguments).min)


def maximum(facts: Facts, arguments: Arguments) -> Answer | None:
    """Largest value; without values it does not hold."""
    return _edge(facts, arguments, facts.column(arguments).max)


def mean(facts: Facts, arguments: Arguments) -> Answer | None:
    """Arithmetic mean."""
    column = _numbers(facts, arguments)
    if column is None or column.mean is None:
        return _without_values(column)
    return _judged(column.mean, _rounding(column) / column.values, arguments)


def total(facts: Facts, arguments: Arguments) -> Answer | None:
    """Sum of the values; of integers only while `mean * n` rounds to the very sum, and no partial sum overflows."""
    column = _numbers(facts, arguments)
    if column is None or column.mean is None:
        return _without_values(column)
    value = column.mean * column.values
    if facts.type_of(arguments) in INTEGERS:
        small = _largest(column) * column.values <= _EXACT_SUM
        return _judged(round(value), 0.0, arguments) if small else None
    return _judged(value, _rounding(column) + 2 * _UNIT * abs(value), arguments)


def deviation(facts: Facts, arguments: Arguments) -> Answer | None:
    """Sample standard deviation (divided by n - 1), which needs two values."""
    column = _numbers(facts, arguments)
    if column is None or column.std is None or column.values < 2:
        return None
    value = column.std * math.sqrt(column.values / (column.values - 1))
    if value == 0.0:
        return _judged(0.0, 0.0, arguments) if column.ordered.smallest == column.ordered.largest else None
    condition = math.sqrt(1.0 + ((column.mean or 0.0) / value) ** 2)
    return _judged(value, 4 * column.values * _UNIT * condition * value, arguments)


def median(facts: Facts, arguments: Arguments) -> Answer | None:
    """Middle value, or the mean of the two middle values."""
    column = _numbers(facts, arguments)
    if column is None or not column.ordered.exact or not column.values:
        return None
    low, high = _at_rank(column, (column.values + 1) // 2), _at_rank(column, column.values // 2 + 1)
    value = float(np.mean([low, high]))
    success = judged(value, arguments)
    return None if success is None else Answer(success, {"observed_value": value})


def quantiles(facts: Facts, arguments: Arguments) -> Answer | None:
    """Values at given shares; a value nearer to a bound than 1e-4 of it holds too, as in Great Expectations."""
    column, declared = _numbers(facts, arguments), arguments.get("quantile_ranges")
    if column is None or not column.ordered.exact or not column.values or not _are_ranges(declared):
        return None
    shares, ranges = declared["quantiles"], declared["value_ranges"]
    ranks = [max(math.ceil(share * column.values), 1) for share in shares]
    if ranks != [max(math.ceil(round(share * column.values, 6)), 1) for share in shares]:
        return None  # so near to a rank that it depends on how an engine multiplies
    values = [_at_rank(column, rank) for rank in ranks]
    details = [_within(value, *bounds) for value, bounds in zip(values, ranges, strict=True)]
    return Answer(
        all(details),
        {"observed_value": {"quantiles": shares, "values": values}, "details": {"success_details": details}},
    )


def _numbers(facts: Facts, arguments: Arguments) -> ColumnProfile | None:
    column = facts.column(arguments)
    return column if usable_numbers(column, facts.type_of(arguments)) else None


def _without_values(column: ColumnProfile | None) -> Answer | None:
    return None if column is None else _NOTHING


def _edge(facts: Facts, arguments: Arguments, edge: float | str | None) -> Answer | None:
    column, type_ = _numbers(facts, arguments), facts.type_of(arguments)
    if column is None or bounds_of(arguments) is None:
        return None
    return _NOTHING if not isinstance(edge, float) else _judged(as_typed(edge, type_), 0.0, arguments)


def _judged(value: float, rounding: float, arguments: Arguments) -> Answer | None:
    success = judged(value, arguments, rounding)
    return None if success is None else Answer(success, {"observed_value": value})


def _largest(column: ColumnProfile) -> float:
    return max(abs(edge) for edge in (column.min, column.max) if isinstance(edge, float))


def _rounding(column: ColumnProfile) -> float:
    """Bound of the error of a sum of doubles in any order: n * u * sum of magnitudes, which is at most n * rms."""
    root_mean_square = math.hypot(column.mean or 0.0, column.std or 0.0)
    return 2 * column.values * _UNIT * column.values * root_mean_square


def _at_rank(column: ColumnProfile, rank: int) -> float:
    """The value at a rank, counted from 1, in the order of the values."""
    index = int(np.searchsorted(np.cumsum(column.ordered.counts), rank))
    return float(column.floats(column.ordered.bins[index : index + 1])[0])


def _are_ranges(declared: Any) -> TypeGuard[Mapping[str, Any]]:
    if not isinstance(declared, Mapping) or set(declared) != {"quantiles", "value_ranges"}:
        return False
    shares, ranges = declared["quantiles"], declared["value_ranges"]
    if not isinstance(shares, list) or not isinstance(ranges, list) or len(shares) != len(ranges):
        return False
    return all(is_number(share) and 0 <= share <= 1 for share in shares) and all(map(_is_range, ranges))


def _is_range(pair: Any) -> bool:
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    low, high = pair
    ordered = low is None or high is None or low <= high
    return all(bound is None or is_number(bound) for bound in pair) and ordered


def _within(value: float, low: float | None, high: float | None) -> bool:
    near = any(
        bound is not None and abs(value - bound) <= _ABSOLUTE_TOLERANCE + _RELATIVE_TOLERANCE * abs(bound)
        for bound in (low, high)
    )
    return near or ((low is None or low <= value) and (high is None or value <= high))
