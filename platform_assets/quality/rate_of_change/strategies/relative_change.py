"""Relative rate of change: how many times the number before it a number may be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.rate_of_change.figures import figure
from platform_assets.quality.rate_of_change.series import Expected, Point, Unknown, newest_known
from platform_assets.quality.rate_of_change.strategies.base import Strategy, ordered


class RelativeChange(Strategy):
    """``at_least <= x_t / x_{t-1} <= at_most``, x_{t-1} the newest known number (Deequ: RelativeRateOfChangeStrategy).

    The range is ``[at_least x_{t-1}, at_most x_{t-1}]``, the other way round if that number is negative; after 0 only
    0 is expected. It scales with the series.
    """

    kind: Literal["relative_change"] = Field(description="This strategy.")
    at_least: float | None = Field(default=None, description="Smallest ratio expected, as 0.8 for a fall by 20 %.")
    at_most: float | None = Field(default=None, description="Largest ratio expected, as 1.25 for a rise by 25 %.")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        ordered("relative_change", self.at_least, self.at_most, ("at_least", "at_most"))
        return self

    @property
    def needs(self) -> int:
        """The number before."""
        return 1

    def expected(self, history: Sequence[Point]) -> Expected | Unknown:
        """The ratios times the newest number."""
        newest = newest_known(history)
        if newest is None:
            return Unknown("there is no earlier number")
        label, value = newest
        return ratio_range(value, label, self.at_least, self.at_most)


def ratio_range(value: float, label: str, at_least: float | None, at_most: float | None) -> Expected:
    """The numbers whose ratio to ``value`` lies within bounds."""
    if value == 0:
        return Expected(0.0, 0.0, f"0 in {label}, which no ratio changes")
    low = -math.inf if at_least is None else at_least * abs(value)
    high = math.inf if at_most is None else at_most * abs(value)
    if value < 0:
        low, high = -high, -low
    ratios = " to ".join(f"{bound:g}" if bound is not None else "any" for bound in (at_least, at_most))
    return Expected(low, high, f"{ratios} times the {figure(value)} of {label}")
