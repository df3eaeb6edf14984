"""Jensen-Shannon distance: a bounded, symmetric companion of PSI that needs no treatment of empty buckets."""

import numpy as np

from platform_assets.quality.drift.buckets import Buckets, shares
from platform_assets.quality.profile.keys import Floats


def jensen_shannon_distance(buckets: Buckets) -> float:
    """`sqrt((KL(p || m) + KL(q || m)) / 2)` with `m = (p + q) / 2` and logarithms to base 2.

    From 0 (equal) to 1 (nothing in common), a metric; on the same buckets as PSI; no epsilon, as 0 log 0 is 0.
    Source: Lin 1991; Endres and Schindelin 2003 for the square root.
    """
    p, q = shares(buckets.reference), shares(buckets.current)
    middle = (p + q) / 2.0
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2.0
    return float(np.sqrt(max(divergence, 0.0)))


def _relative_entropy(p: Floats, m: Floats) -> float:
    some = p > 0
    return float((p[some] * np.log2(p[some] / m[some])).sum())
