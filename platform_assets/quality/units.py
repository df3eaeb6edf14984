"""Units of measure named in a description, to notice that a column would silently change its unit."""

from __future__ import annotations

import re

# A unit by the words that stand for it, but no single letters, which stand for too much else. Time zones count, as
# they change an instant as much as a unit changes a number.
_WORDS = {
    "second": "second seconds sec",
    "millisecond": "millisecond milliseconds ms",
    "minute": "minute minutes min",
    "hour": "hour hours",
    "day": "day days",
    "week": "week weeks",
    "metre": "metre metres meter meters",
    "kilometre": "kilometre kilometres kilometer kilometers km",
    "mile": "mile miles",
    "foot": "foot feet ft",
    "inch": "inch inches",
    "millimetre": "millimetre millimetres millimeter millimeters mm",
    "knot": "knot knots",
    "celsius": "celsius",
    "fahrenheit": "fahrenheit",
    "kelvin": "kelvin",
    "percent": "percent %",
    "fraction": "fraction fractions",
    "hectopascal": "hectopascal hectopascals hpa",
    "millibar": "millibar millibars mbar",
    "gram": "gram grams",
    "kilogram": "kilogram kilograms kg",
    "pound": "pound pounds lb lbs",
    "byte": "byte bytes",
    "cent": "cent cents",
    "euro": "euro euros eur €",
    "dollar": "dollar dollars usd $",
    "UTC": "utc",
    "local time": "local",
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words.split()}


def units_in(description: str) -> frozenset[str]:
    """The units that a description names."""
    words = re.findall(r"\w+|[%€$]", description.lower())
    return frozenset(_UNITS[word] for word in words if word in _UNITS)


def unit_replaced(before: str, after: str) -> tuple[str, str] | None:
    """The units that ``before`` names and those that ``after`` names in their place; None if none was replaced."""
    old, new = units_in(before) - units_in(after), units_in(after) - units_in(before)
    return (", ".join(sorted(old)), ", ".join(sorted(new))) if old and new else None
