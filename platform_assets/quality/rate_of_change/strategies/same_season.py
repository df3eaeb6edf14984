"""Same period last year: how many times the number of one season earlier a number may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.rate_of_change.series import Expected, Point, Unknown
from platform_assets.quality.rate_of_change.strategies.base import Strategy, ordered
from platform_assets.quality.rate_of_change.strategies.relative_change import ratio_range


class SameSeason(Strategy):
    """``at_least <= x_t / x_{t-period} <= at_most``: the seasonal naive forecast with declared ratios.

    (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2.) Exactly that partition counts; if it is
    missing, nothing can be told. It scales with the series.
    """

    kind: Literal["same_season"] = Field(description="This strategy.")
    period: int = Field(default=12, ge=2, description="Partitions in a season: 12 months are a year.")
    at_least: float | None = Field(default=None, description="Smallest ratio expected, as 0.8 for 20 % less.")
    at_most: float | None = Field(default=None, description="Largest ratio expected, as 1.25 for 25 % more.")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        ordered("same_season", self.at_least, self.at_most, ("at_least", "at_most"))
        return self

    @property
    def needs(self) -> int:
        """The number of one season earlier."""
        return 1

    def expected(self, history: Sequence[Point]) -> Expected | Unknown:
        """The ratios times the number of one season earlier."""
        earlier = history[-self.period] if len(history) >= self.period else None
        if earlier is None or earlier.value is None:
            return Unknown(f"there is no number of {self.period} partitions earlier")
        return ratio_range(earlier.value, earlier.label, self.at_least, self.at_most)
