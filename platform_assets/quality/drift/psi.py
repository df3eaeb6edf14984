"""Population stability index: the deciding measure, and what chance alone adds to it."""

from statistics import NormalDist

import numpy as np

from platform_assets.quality.drift.buckets import Buckets
from platform_assets.quality.drift.estimate import Estimate, sum_over_buckets
from platform_assets.quality.profile.keys import Floats

MIN_SHARE = 1e-4
DEFINITION = (
    "Population stability index: sum of (q - p) * ln(q / p), natural logarithm, over buckets with the shares p of the "
    "reference and q of the current window. Numbers: the ten ranges between the reference's deciles, ends open, a "
    "value that covers several deciles on its own. Texts: the most frequent values, and one bucket for the rest. An "
    "empty bucket counts as half a row, at least 0.0001. Missing values are left out. From 0, without upper bound."
)


def population_stability_index(buckets: Buckets) -> Estimate:
    """`sum((q - p) * ln(q / p))` over buckets, p the reference's shares and q the current ones; natural logarithm.

    At least 0, without upper bound, symmetric. Buckets: the reference's deciles, or categories plus rest. The share of
    an empty bucket is taken as half a row, but at least 0.0001, so it adds a finite amount and a rare value little.
    What is joined into the rest has no upper bound. Source: Kullback and Leibler 1951 (the J divergence); Siddiqi 2006
    for its use and the rule 0.1 / 0.2-0.25.
    """
    least = [max(0.5 / int(rows.sum()), MIN_SHARE) for rows in (buckets.reference, buckets.current)]

    def term(p: Floats, q: Floats) -> Floats:
        left, right = np.maximum(p, least[0]), np.maximum(q, least[1])
        return np.asarray((right - left) * np.log(right / left))

    return sum_over_buckets(buckets, term, lambda p, q: np.where(p + q > 0, np.inf, 0.0))


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
