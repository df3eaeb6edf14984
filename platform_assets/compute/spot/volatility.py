"""How much a spot price moves."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from platform_assets.compute.prices.book import SpotPrice


def daily_volatility(history: Sequence[SpotPrice], at: datetime, days: float) -> float:
    """Realised volatility of the log price a day: sqrt(sum((ln p[i] - ln p[i-1]) ** 2) / days) over the window.

    Realised variance after Andersen and Bollerslev (1998), over every change in ``(at - days, at]``; 0 without any.
    """
    first = bisect_left(history, at - timedelta(days=days), key=lambda price: price.at)
    last = bisect_right(history, at, key=lambda price: price.at)
    logs = [math.log(price.usd_per_hour) for price in history[max(first - 1, 0) : last]]
    return math.sqrt(sum((later - earlier) ** 2 for earlier, later in itertools.pairwise(logs)) / days)


def volatility_factor(volatility: float, weight: float = 1.0) -> float:
    """exp(weight * volatility), at least 1: in one case of six the price rises by more than that within a day."""
    return math.exp(weight * volatility)
