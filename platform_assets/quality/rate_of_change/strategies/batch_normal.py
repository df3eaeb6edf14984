"""Batch-normal: how many standard deviations of all earlier numbers from their mean a number may lie."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from platform_assets.quality.rate_of_change.figures import figure
from platform_assets.quality.rate_of_change.series import Expected, Point, known
from platform_assets.quality.rate_of_change.strategies.base import Strategy
from platform_assets.quality.rate_of_change.strategies.spread import next_margin


class BatchNormal(Strategy):
    """``mean - m <= x_t <= mean + m`` over all earlier numbers (Deequ: BatchNormalStrategy).

    ``m = t s sqrt(1 + 1/n)`` with the sample standard deviation s: the prediction interval whose chance of a false
    alarm is that of ``deviations`` under the normal distribution (0.27 % for 3), whatever n; Deequ's ``deviations * s``
    is its limit for many numbers. It moves and scales with the series.
    """

    kind: Literal["batch_normal"] = Field(description="This strategy.")
    deviations: float = Field(default=3.0, gt=0, le=6, description="Standard deviations; 3 is wrong once in 370 times.")

    @property
    def needs(self) -> int:
        """Three, or nobody knows how uncertain their spread is."""
        return 3

    @property
    def usual_history(self) -> int:
        """Five: of fewer the range is so wide that it finds next to nothing."""
        return 5

    def expected(self, history: Sequence[Point]) -> Expected:
        """The prediction interval around the mean."""
        values = known(history)
        mean, std = statistics.fmean(values), statistics.stdev(values)
        return normal_range(mean, std, len(values), self.deviations)


def normal_range(mean: float, std: float, count: int, deviations: float) -> Expected:
    """The prediction interval of the next of ``count`` numbers."""
    margin = next_margin(deviations, count, std)
    words = f"mean {figure(mean)} of {count} earlier numbers, standard deviation {figure(std)}"
    return Expected(mean - margin, mean + margin, words)
