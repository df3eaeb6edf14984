"""Numbers in the words of a check: four significant digits, thousands separated."""

from __future__ import annotations

import math


def figure(value: float | None) -> str:
    """A number for people; ``no value`` for None, words for a side that is open."""
    if value is None:
        return "no value"
    if math.isinf(value):
        return "any number"
    if 1000 <= abs(value) < 1e12:
        return f"{value:z,.0f}"
    return f"{value:z.4g}"


def range_words(low: float, high: float) -> str:
    """An expected range in words."""
    if math.isinf(low) and math.isinf(high):
        return "any number"
    if math.isinf(low):
        return f"at most {figure(high)}"
    if math.isinf(high):
        return f"at least {figure(low)}"
    return figure(low) if low == high else f"{figure(low)} to {figure(high)}"
