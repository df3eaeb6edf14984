"""Simple threshold: fixed bounds, whatever came before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.rate_of_change.series import Expected, Point
from platform_assets.quality.rate_of_change.strategies.base import Strategy, ordered


class Threshold(Strategy):
    """``at_least <= x_t <= at_most``, ends included; needs no history (Deequ: SimpleThresholdStrategy)."""

    kind: Literal["threshold"] = Field(description="This strategy.")
    at_least: float | None = Field(default=None, description="Smallest number expected.")
    at_most: float | None = Field(default=None, description="Largest number expected.")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        ordered("threshold", self.at_least, self.at_most, ("at_least", "at_most"))
        return self

    @property
    def needs(self) -> int:
        """None."""
        return 0

    def expected(self, history: Sequence[Point]) -> Expected:
        """The declared bounds."""
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return Expected(low, high, "declared bounds")
