"""Absolute change: by how much a number may rise or fall, in its own unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.rate_of_change.figures import figure
from platform_assets.quality.rate_of_change.series import Expected, Point, known
from platform_assets.quality.rate_of_change.strategies.base import Strategy, ordered


class AbsoluteChange(Strategy):
    """The n-th difference of the known numbers lies within bounds (Deequ: AbsoluteChangeStrategy).

    ``d = sum over k = 0..n of (-1)^k C(n, k) x_{t-k}``; n = 1 is the change since the number before, n = 2 the change
    of that change. ``x_t = d + p`` with ``p = -sum over k = 1..n``, the extrapolation of the last n numbers by a
    polynomial of degree n - 1, so the range is ``[at_least + p, at_most + p]``. It moves with a shift of the series.
    """

    kind: Literal["absolute_change"] = Field(description="This strategy.")
    order: int = Field(default=1, ge=1, le=5, description="1: the change; 2: the change of the change; and so on.")
    at_least: float | None = Field(default=None, description="Smallest change expected; negative: a fall.")
    at_most: float | None = Field(default=None, description="Largest change expected.")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        ordered("absolute_change", self.at_least, self.at_most, ("at_least", "at_most"))
        return self

    @property
    def needs(self) -> int:
        """One number an order."""
        return self.order

    def expected(self, history: Sequence[Point]) -> Expected:
        """The bounds on top of the extrapolation of the newest numbers."""
        newest = list(reversed(known(history)))
        start = -sum((-1) ** k * math.comb(self.order, k) * newest[k - 1] for k in range(1, self.order + 1))
        low = -math.inf if self.at_least is None else start + self.at_least
        high = math.inf if self.at_most is None else start + self.at_most
        labels = [point.label for point in history if point.value is not None][-self.order :]
        since = f"the last number, {figure(start)} in {labels[-1]}"
        return Expected(
            low, high, since if self.order == 1 else f"{', '.join(labels)} go on as they did: {figure(start)}"
        )
