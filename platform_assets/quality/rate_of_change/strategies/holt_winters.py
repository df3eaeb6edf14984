"""Holt-Winters, additive: level, trend and season follow the series, and the next number lies near their sum."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from platform_assets.quality.rate_of_change.figures import figure
from platform_assets.quality.rate_of_change.series import Expected, Point, Unknown
from platform_assets.quality.rate_of_change.strategies.base import Strategy
from platform_assets.quality.rate_of_change.strategies.spread import chance_limit

_WEIGHTS = tuple(itertools.product((0.05, 0.2, 0.4, 0.7), (0.01, 0.1, 0.3), (0.05, 0.2, 0.5)))
_FITTED = 3


class HoltWinters(Strategy):
    """``|x_t - (level + trend + season)| <= t s``, after Holt (1957) and Winters (1960); Deequ: HoltWinters.

    With the weights a, b, c: ``level' = a (x - season_{t-p}) + (1 - a)(level + trend)``,
    ``trend' = b (level' - level) + (1 - b) trend``, ``season_t = c (x - level - trend) + (1 - c) season_{t-p}``.
    It starts with the mean of the first season, the change to the mean of the second, and the first season's
    distances from its trend. The weights are those of a fixed grid whose one-step errors from the second season on are
    smallest; s is the square root of their sum of squares over their number less three. A gap counts as the forecast.
    It moves and scales with the series.
    """

    kind: Literal["holt_winters"] = Field(description="This strategy.")
    period: int = Field(default=12, ge=2, description="Partitions in a season: 12 months are a year.")
    deviations: float = Field(default=3.0, gt=0, le=6, description="Standard deviations; 3 is wrong once in 370 times.")

    @property
    def needs(self) -> int:
        """Two seasons, and as many errors as leave their spread measurable."""
        return 2 * self.period + max(0, _FITTED + 2 - self.period)

    def expected(self, history: Sequence[Point]) -> Expected | Unknown:
        """The forecast with the prediction interval of its one-step errors."""
        points = list(itertools.dropwhile(lambda point: point.value is None, history))
        first = [point.value for point in points[: 2 * self.period] if point.value is not None]
        if len(first) < 2 * self.period:
            return Unknown(f"its first two seasons ({2 * self.period} partitions) have gaps")
        # Weights are chosen by errors, which must not depend on the unit: rounding decides ties otherwise.
        middle = statistics.fmean(first)
        unit = max(abs(value - middle) for value in first) or 1.0
        scaled = [None if point.value is None else (point.value - middle) / unit for point in points]
        best = min((_run(scaled, self.period, *weights) for weights in _WEIGHTS), key=lambda run: run.squares)
        forecast = middle + unit * best.forecast
        freedom = best.errors - _FITTED
        if freedom < 2:
            return Unknown(f"only {best.errors} of its numbers follow two seasons")
        std = unit * math.sqrt(best.squares / freedom)
        margin = chance_limit(self.deviations, freedom) * std
        words = f"level, trend and season give {figure(forecast)}, usually missed by {figure(std)}"
        return Expected(forecast - margin, forecast + margin, words)


@dataclass(frozen=True, slots=True)
class _Run:
    forecast: float
    squares: float
    errors: int


def _run(values: Sequence[float | None], period: int, a: float, b: float, c: float) -> _Run:
    start = [value for value in values[: 2 * period] if value is not None]
    middle = statistics.fmean(start[:period])
    trend = (statistics.fmean(start[period:]) - middle) / period
    seasons = [value - middle - trend * (at - (period - 1) / 2) for at, value in enumerate(start[:period])]
    level = middle + trend * (period - 1) / 2
    squares, errors = 0.0, 0
    for at, value in enumerate(values[period:], start=period):
        season = seasons[at % period]
        forecast = level + trend + season
        seen = forecast if value is None else value
        if value is not None:
            squares, errors = squares + (value - forecast) ** 2, errors + 1
        above = a * (seen - season) + (1 - a) * (level + trend)
        seasons[at % period] = c * (seen - level - trend) + (1 - c) * season
        level, trend = above, b * (above - level) + (1 - b) * trend
    return _Run(level + trend + seasons[len(values) % period], squares, errors)
