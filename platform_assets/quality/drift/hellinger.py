"""Hellinger distance: bounded like Jensen-Shannon, and quicker to notice rows in buckets that were rare before."""

from math import sqrt

import numpy as np

from platform_assets.quality.drift.buckets import Buckets
from platform_assets.quality.drift.estimate import Estimate, sum_over_buckets
from platform_assets.quality.profile.keys import Floats

DEFINITION = (
    "Hellinger distance: square root of half the sum of (sqrt(p) - sqrt(q)) squared over the buckets of PSI. Empty "
    "buckets need no treatment. From 0 (equal) to 1 (nothing in common)."
)


def hellinger_distance(buckets: Buckets) -> Estimate:
    """`sqrt(sum((sqrt(p) - sqrt(q))**2) / 2)`, equal to `sqrt(1 - sum(sqrt(p * q)))`; from 0 to 1, a metric.

    On the same buckets as PSI. Values joined into one bucket add at most their mean share to the square.
    Source: Hellinger 1909; Le Cam 1986.
    """
    found = sum_over_buckets(buckets, _term, lambda p, q: (p + q) / 2.0)
    return found.mapped(lambda square: sqrt(min(max(square, 0.0), 1.0)))


def _term(p: Floats, q: Floats) -> Floats:
    return np.asarray((np.sqrt(p) - np.sqrt(q)) ** 2 / 2.0)
