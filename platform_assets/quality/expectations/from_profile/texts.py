"""Expectations about the form of texts, judged once per different value while the sketch keeps them all.

Engines read regular expressions with libraries of their own (Java's, Rust's). Only what every library reads alike is
answered here: literals, classes, groups, alternatives, repetition and the anchors, on ASCII texts without line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from platform_assets.quality.expectations.from_profile.facts import Answer, Facts, counted_values, is_number, judged
from platform_assets.quality.expectations.from_profile.row_values import judged_values, mostly_of

Arguments = Mapping[str, Any]
#: An escaped sign, a class without nesting, set operations or escapes, or any other sign but those with variants.
_ATOM = r"(?:\\[.^$*+?()\[\]{}|/-]|\[\^?[A-Za-z0-9 _.,:;@#%/+=-]+\]|[A-Za-z0-9 _,:;@#%/=<>!'\"-]|\.|\((?!\?)|\))"
_PORTABLE = re.compile(rf"(?:\^|\$|\||{_ATOM}(?:[*+?]|\{{\d+(?:,\d*)?\}})?)*")


def match(facts: Facts, arguments: Arguments) -> Answer | None:
    """Texts in which the pattern is not found are unexpected."""
    found = _searcher(facts, arguments)
    return None if found is None else _unexpected(facts, arguments, lambda text: not found(text))


def not_match(facts: Facts, arguments: Arguments) -> Answer | None:
    """Texts in which the pattern is found are unexpected."""
    found = _searcher(facts, arguments)
    return None if found is None else _unexpected(facts, arguments, found)


def lengths_between(facts: Facts, arguments: Arguments) -> Answer | None:
    """Texts whose number of characters is outside the bounds are unexpected."""
    bounds = [arguments.get("min_value"), arguments.get("max_value")]
    if any(bound is not None and not (is_number(bound) and float(bound).is_integer()) for bound in bounds):
        return None
    if judged(0, arguments) is None:
        return None
    return _unexpected(facts, arguments, lambda text: not judged(len(text), arguments))


def lengths_equal(facts: Facts, arguments: Arguments) -> Answer | None:
    """Texts with another number of characters are unexpected."""
    length = arguments.get("value")
    return _unexpected(facts, arguments, lambda text: len(text) != length) if is_number(length) else None


def _unexpected(facts: Facts, arguments: Arguments, broken: Callable[[str], bool]) -> Answer | None:
    column, mostly = facts.column(arguments), mostly_of(arguments)
    if facts.type_of(arguments) != "string" or mostly is None:
        return None
    counted = counted_values(column, "string")
    if counted is None:
        return None
    return judged_values(column, [pair for pair in counted if broken(str(pair[0]))], mostly)


def _searcher(facts: Facts, arguments: Arguments) -> Callable[[str], bool] | None:
    pattern, counted = arguments.get("regex"), None
    if facts.type_of(arguments) == "string":
        counted = counted_values(facts.column(arguments), "string")
    if counted is None or not isinstance(pattern, str) or not _is_portable(pattern):
        return None
    if not all(str(text).isascii() and str(text).isprintable() for text, _ in counted):
        return None
    try:
        compiled = re.compile(pattern)
    except re.error:
        return None
    return lambda text: compiled.search(text) is not None


def _is_portable(pattern: str) -> bool:
    # Rust takes two hyphens in a class as a difference of sets.
    return "--" not in pattern and _PORTABLE.fullmatch(pattern) is not None
