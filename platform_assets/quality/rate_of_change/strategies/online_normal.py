"""Online-normal: mean and spread are updated number by number, and numbers that were anomalies are not learned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from platform_assets.quality.rate_of_change.series import Expected, Point, known
from platform_assets.quality.rate_of_change.strategies.base import Strategy
from platform_assets.quality.rate_of_change.strategies.batch_normal import normal_range


class OnlineNormal(Strategy):
    """``|x_t - mean| <= m`` with Welford's running mean and variance (Deequ: OnlineNormalStrategy).

    ``mean_n = mean_{n-1} + (x - mean_{n-1}) / n``, ``S_n = S_{n-1} + (x - mean_{n-1})(x - mean_n)``,
    ``s^2 = S_n / (n - 1)`` and m as for batch-normal. The first ``warm_up`` numbers are learned as they are; a later
    one outside its range is not, so a single jump does not widen what follows. Leaving out
    the tails narrows the range: hardly with 3 deviations, but with 2 false alarms become twice as many.
    It moves and scales with the series.
    """

    kind: Literal["online_normal"] = Field(description="This strategy.")
    deviations: float = Field(default=3.0, gt=0, le=6, description="Standard deviations; 3 is wrong once in 370 times.")
    warm_up: int = Field(default=5, ge=3, description="First numbers that are learned whatever they are.")

    @property
    def needs(self) -> int:
        """The numbers of the warm-up."""
        return self.warm_up

    def expected(self, history: Sequence[Point]) -> Expected:
        """The prediction interval after the last number."""
        count, mean, squares = 0, 0.0, 0.0
        for value in known(history):
            if count >= self.warm_up:
                usual = self._range(mean, squares, count)
                slack = 1e-9 * max(abs(value), abs(mean))
                if not usual.low - slack <= value <= usual.high + slack:
                    continue
            count += 1
            before = mean
            mean += (value - mean) / count
            squares += (value - before) * (value - mean)
        return self._range(mean, squares, count)

    def _range(self, mean: float, squares: float, count: int) -> Expected:
        return normal_range(mean, math.sqrt(max(squares, 0.0) / (count - 1)), count, self.deviations)
