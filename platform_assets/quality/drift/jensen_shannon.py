"""Jensen-Shannon distance: a bounded, symmetric companion of PSI that needs no treatment of empty buckets."""

from math import sqrt

import numpy as np

from platform_assets.quality.drift.buckets import Buckets
from platform_assets.quality.drift.estimate import Estimate, sum_over_buckets
from platform_assets.quality.profile.keys import Floats

DEFINITION = (
    "Jensen-Shannon distance: square root of the mean of KL(p || m) and KL(q || m) with m = (p + q) / 2, logarithms "
    "to base 2, over the buckets of PSI. 0 log 0 is 0: empty buckets need no treatment. From 0 (equal) to 1 (nothing "
    "in common)."
)


def jensen_shannon_distance(buckets: Buckets) -> Estimate:
    """`sqrt((KL(p || m) + KL(q || m)) / 2)` with `m = (p + q) / 2` and logarithms to base 2.

    From 0 (equal) to 1 (nothing in common), a metric; on the same buckets as PSI; no epsilon, as 0 log 0 is 0. Values
    joined into one bucket add at most their mean share to the square. Source: Lin 1991; Endres and Schindelin 2003
    for the square root.
    """
    found = sum_over_buckets(buckets, _term, lambda p, q: (p + q) / 2.0)
    return found.mapped(lambda square: sqrt(min(max(square, 0.0), 1.0)))


def _term(p: Floats, q: Floats) -> Floats:
    middle = (p + q) / 2.0
    return (_part(p, middle) + _part(q, middle)) / 2.0


def _part(p: Floats, middle: Floats) -> Floats:
    some = p > 0
    ratio = np.divide(p, middle, out=np.ones_like(p), where=some)
    return np.asarray(p * np.log2(ratio))
