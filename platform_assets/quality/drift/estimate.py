"""A measured value with the range that the true value is certain to lie in: sketches merge, and say what that costs."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from platform_assets.quality.drift.buckets import Buckets
from platform_assets.quality.profile.keys import Floats

Term = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low <= exact value <= high`; all three are equal while the profiles are exact, `high` may be infinite."""

    value: float
    low: float
    high: float

    @property
    def error(self) -> float | None:
        """Largest possible distance of `value` from the exact value; None if it has no bound."""
        furthest = max(self.high - self.value, self.value - self.low, 0.0)
        return furthest if isfinite(furthest) else None

    def mapped(self, function: Callable[[float], float]) -> "Estimate":
        """The same under an increasing function."""
        return Estimate(function(self.value), function(self.low), function(self.high))


def sum_over_buckets(buckets: Buckets, term: Term, worst: Term) -> Estimate:
    """Sum of `term(p, q)` over buckets, p and q the shares of rows in the reference and in the current window.

    `term` must be jointly convex and 0 exactly where p equals q, so its largest value over a range of shares is in a
    corner, its smallest where the ranges come closest. `worst(p, q)` bounds what a joined bucket can hide: the sum of
    the terms of any values that were joined into it. Joining never increases the sum.
    """
    low, high = buckets.share_ranges()
    value = term(*buckets.shares())
    corners = np.max([term(p, q) for p in (low[0], high[0]) for q in (low[1], high[1])], axis=0)
    most = np.where(buckets.joined, worst(*buckets.shares()), corners)
    p, q = np.maximum(low[0], low[1]), np.minimum(high[0], high[1])
    apart = p > q
    nearest = term(np.where(low[0] > high[1], low[0], high[0]), np.where(low[0] > high[1], high[1], low[1]))
    least = np.where(apart, nearest, 0.0)
    total = inf if buckets.unbounded else float(np.maximum(most, value).sum())
    return Estimate(float(value.sum()), 0.0 if buckets.unbounded else float(np.minimum(least, value).sum()), total)
