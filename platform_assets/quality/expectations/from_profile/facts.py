"""What the rules look at, and the shape of their answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from platform_assets.quality.profile import ColumnProfile, TableProfile

#: Up to here a double that is an integer was that very integer; 2**53 may have been 2**53 + 1.
EXACT_INTEGER = (1 << 53) - 1
INTEGERS = ("int", "bigint")
NUMBERS = (*INTEGERS, "double")
Value = int | float | str | bool


@dataclass(frozen=True)
class Facts:
    """A profile with the columns of the table in their order: name to the engine's name of the type, as in `bigint`."""

    profile: TableProfile
    types: Mapping[str, str]

    def column(self, arguments: Mapping[str, Any]) -> ColumnProfile:
        """The profile of the column that the arguments name."""
        return self.profile.columns[arguments["column"]]

    def type_of(self, arguments: Mapping[str, Any]) -> str:
        """The type of the column that the arguments name."""
        return self.types[arguments["column"]]


@dataclass(frozen=True)
class Answer:
    """Whether an expectation holds, and the `result` that Great Expectations would give."""

    success: bool
    result: dict[str, Any]


def bounds_of(arguments: Mapping[str, Any]) -> tuple[float | None, float | None] | None:
    """The declared bounds, either of which may be open; None if they are not plain numbers in order."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if any(bound is not None and not is_number(bound) for bound in (low, high)) or low is None is high:
        return None
    if low is not None and high is not None and low > high:
        return None
    return low, high


def judged(value: float, arguments: Mapping[str, Any], rounding: float = 0.0) -> bool | None:
    """Whether `value` lies between the declared bounds; None if unknown.

    Args:
        rounding: how far the engine's own result may be from `value`; a bound nearer than that is unknown.
    """
    bounds = bounds_of(arguments)
    if bounds is None:
        return None
    if any(bound is not None and rounding > 0.0 and abs(value - bound) <= rounding for bound in bounds):
        return None
    low, high = bounds
    above = low is None or (value > low if arguments.get("strict_min") else value >= low)
    below = high is None or (value < high if arguments.get("strict_max") else value <= high)
    return above and below


def is_number(value: Any) -> bool:
    """Whether a declared value is a finite number that doubles hold exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and (isinstance(value, float) or abs(value) <= EXACT_INTEGER)


def usable_numbers(column: ColumnProfile, type_: str) -> bool:
    """Whether the profile holds a number column's values as they are: all finite, none from 2**53 on if integers."""
    if type_ not in NUMBERS or column.nan or column.infinities:
        return False
    edges = [edge for edge in (column.min, column.max) if isinstance(edge, float)]
    return type_ == "double" or all(abs(edge) <= EXACT_INTEGER for edge in edges)


def as_typed(value: float, type_: str) -> int | float:
    """A value of the profile in the column's own type."""
    return int(value) if type_ in INTEGERS else float(value)


def counted_values(column: ColumnProfile, type_: str) -> list[tuple[Value, int]] | None:
    """Every different value in its order with its rows; None if the sketch does not keep them all as they are."""
    if type_ == "string":
        if not column.text.complete or any(len(text) > 100 for text in column.text.as_dict()):
            return None
        return list(column.text.as_dict().items())
    if not column.ordered.exact or not (usable_numbers(column, type_) or type_ == "boolean"):
        return None
    keys = column.floats(column.ordered.bins)
    values = [bool(key) if type_ == "boolean" else as_typed(key, type_) for key in keys.tolist()]
    return list(zip(values, np.asarray(column.ordered.counts).tolist(), strict=True))


def comparable_set(values: Any, type_: str) -> list[Value] | None:
    """A declared set of values if the engine compares each with the column as Python does; None otherwise."""
    if not isinstance(values, list) or not values:
        return None
    if type_ == "string":
        fits = all(isinstance(value, str) for value in values)
    elif type_ in NUMBERS:
        fits = all(is_number(value) for value in values)
    else:
        fits = type_ == "boolean" and all(isinstance(value, bool) for value in values)
    return values if fits else None
