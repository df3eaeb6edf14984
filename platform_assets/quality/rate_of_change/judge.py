"""The verdict on one number: as expected, an anomaly, or not to be told yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from platform_assets.quality.rate_of_change.figures import figure, range_words
from platform_assets.quality.rate_of_change.rule import ChangeRule
from platform_assets.quality.rate_of_change.series import Expected, Point, Unknown, known

Verdict = Literal["ok", "anomaly", "cannot_tell"]
# Sums of the same numbers in another order differ by less; a range of no width would catch that.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found.

    Attributes:
        current: the number under test; it never stands in ``history``.
        expected: the range; None if it cannot be told.
        history: all earlier points, oldest first, gaps included.
        excluded: labels of earlier points that were anomalies themselves and were not learned from.
        message: the finding with its numbers, in plain words.
    """

    verdict: Verdict
    current: Point
    expected: Expected | None
    history: tuple[Point, ...]
    excluded: tuple[str, ...]
    message: str


def judge(rule: ChangeRule, name: str, current: Point, history: Sequence[Point]) -> Judgement:
    """Judge a number by those before it.

    Args:
        name: what the number is called in the message.
        history: the points before it, oldest first and evenly spaced; a gap is a point without a value.
    """
    learned = _learned(rule, history) if rule.exclude_anomalies else list(history)
    excluded = tuple(
        point.label
        for point, kept in zip(history, learned, strict=True)
        if kept.value is None and point.value is not None
    )
    expected = _expected(rule, learned)
    verdict = _verdict(current, expected, learned)
    message = _message(name, current, expected, verdict, excluded)
    shown = None if isinstance(expected, Unknown) else expected
    return Judgement(verdict, current, shown, tuple(history), excluded, message)


def _learned(rule: ChangeRule, history: Sequence[Point]) -> list[Point]:
    """The history with a gap where a number was an anomaly, judged by what had been learned until then."""
    learned: list[Point] = []
    for point in history:
        usual = _verdict(point, _expected(rule, learned), learned) != "anomaly"
        learned.append(point if usual else Point(point.label, None))
    return learned


def _expected(rule: ChangeRule, history: Sequence[Point]) -> Expected | Unknown:
    found = len(known(history))
    if found < rule.history:
        return Unknown(f"only {found} of the {rule.history} earlier numbers that it takes are known")
    expected = rule.strategy.expected(history)
    if isinstance(expected, Unknown):
        return expected
    tolerant = _tolerant(expected, rule.tolerance)
    # No share is below 0: the range is the same, but reads as what it is.
    return replace(tolerant, low=max(tolerant.low, rule.floor)) if tolerant.high >= rule.floor else tolerant


def _tolerant(expected: Expected, tolerance: float) -> Expected:
    """The range, at least ``tolerance`` of its middle wide on both sides; an open range has no middle."""
    middle = expected.low / 2 + expected.high / 2
    margin = tolerance * abs(middle)
    if not tolerance or not math.isfinite(middle) or margin <= expected.high - middle:
        return expected
    return Expected(middle - margin, middle + margin, f"{expected.basis}; {tolerance:.0%} either way is tolerated")


def _verdict(current: Point, expected: Expected | Unknown, history: Sequence[Point]) -> Verdict:
    if isinstance(expected, Unknown):
        return "cannot_tell"
    if current.value is None:
        # A number that there always was and now is not has changed more than any number could.
        return "anomaly" if known(history) else "cannot_tell"
    slack = _ROUNDING * max([abs(current.value), *map(abs, known(history))])
    return "ok" if expected.low - slack <= current.value <= expected.high + slack else "anomaly"


def _message(name: str, current: Point, expected: Expected | Unknown, verdict: Verdict, excluded: Sequence[str]) -> str:
    found = f"{name} is {figure(current.value)} in {current.label}"
    if isinstance(expected, Unknown):
        return f"Cannot tell yet: {found}, but {expected.reason}."
    if verdict == "cannot_tell":
        return f"Cannot tell: {name} has no value in {current.label}, nor had it before."
    if current.value is None:
        found = f"{name} has no value in {current.label} (no rows that have one, or a division by zero)"
    side = "" if verdict == "ok" else f"Unusual{_side(current, expected)}: "
    left_out = f" Not learned from, as anomalies: {', '.join(excluded)}." if excluded else ""
    return f"{side}{found}; expected {range_words(expected.low, expected.high)} ({expected.basis}).{left_out}"


def _side(current: Point, expected: Expected) -> str:
    if current.value is None:
        return ""
    return "ly high" if current.value > expected.high else "ly low"
