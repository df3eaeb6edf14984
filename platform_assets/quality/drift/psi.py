"""Population stability index: the deciding measure, and what chance alone adds to it."""

from statistics import NormalDist

import numpy as np

from platform_assets.quality.drift.buckets import Buckets, shares
from platform_assets.quality.profile.keys import Floats, Ints

MIN_SHARE = 1e-4


def population_stability_index(buckets: Buckets) -> float:
    """`sum((q - p) * ln(q / p))` over buckets, p the reference's shares and q the current ones; natural logarithm.

    At least 0, without upper bound, symmetric. Buckets: the reference's deciles, or categories plus rest. The share of
    an empty bucket is taken as half a row, but at least 0.0001, so it adds a finite amount and a rare value little.
    Source: Kullback and Leibler 1951 (the J divergence); Siddiqi 2006 for its use and the rule 0.1 / 0.2-0.25.
    """
    p, q = _floored(buckets.reference), _floored(buckets.current)
    return float(((q - p) * np.log(q / p)).sum())


def psi_by_chance(buckets: Buckets, noise_level: float) -> tuple[float, float]:
    """Mean of the index, and the limit it exceeds with probability `noise_level`, when nothing has changed.

    Without change the index follows `(1/n + 1/m) * chi2(B - 1)` for n and m independent rows and B occupied buckets
    (Yurdakul 2018). The chi-square quantile is Wilson and Hilferty's (1931), within 1 % here. Few rows have a heavier
    tail than chi-square; the limit is raised by the factor `1 + B * (1/n + 1/m)`, chosen by simulation (1.2 for ten
    buckets and 100 rows each, 1.001 for 20,000).
    """
    occupied = int(((buckets.reference + buckets.current) > 0).sum())
    freedom = max(occupied - 1, 1)
    scale = 1.0 / int(buckets.reference.sum()) + 1.0 / int(buckets.current.sum())
    spread = 2.0 / (9.0 * freedom)
    quantile = freedom * (1.0 - spread + NormalDist().inv_cdf(1.0 - noise_level) * spread**0.5) ** 3
    return scale * (occupied - 1), scale * quantile * (1.0 + occupied * scale)


def _floored(rows: Ints) -> Floats:
    return np.asarray(np.maximum(shares(rows), max(0.5 / int(rows.sum()), MIN_SHARE)))
