"""What a strategy sees and says: a series of numbers, and the range in which the next one is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a series; None where there is none: a partition is missing, or was left out as an anomaly."""

    label: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Expected:
    """The range (ends included, either may be infinite) of the next number, and in words where it comes from."""

    low: float
    high: float
    basis: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a strategy cannot say what to expect, in words."""

    reason: str


def known(history: Sequence[Point]) -> list[float]:
    """The numbers of a history, oldest first."""
    return [point.value for point in history if point.value is not None]


def newest_known(history: Sequence[Point]) -> tuple[str, float] | None:
    """Label and number of the newest point that has one."""
    return next(((point.label, point.value) for point in reversed(history) if point.value is not None), None)
