"""Chi-square statistic of homogeneity and its effect size, for readers who know drift by these names."""

from math import sqrt

import numpy as np

from platform_assets.quality.drift.buckets import Buckets
from platform_assets.quality.drift.estimate import Estimate, sum_over_buckets
from platform_assets.quality.profile.keys import Floats

DEFINITION = (
    "Chi-square statistic of homogeneity of two samples: sum of (observed - expected) squared / expected over both "
    "windows and the buckets of PSI, expected from the pooled shares, without continuity correction. Not goodness of "
    "fit: both windows count as samples. Grows with the number of rows, so it informs and does not decide."
)
CRAMERS_V_DEFINITION = (
    "Cramer's V: square root of chi-square / (rows of both windows), as two windows leave one degree of freedom. "
    "From 0 to 1, without bias correction; does not grow with the number of rows."
)


def chi_square(buckets: Buckets) -> Estimate:
    """`sum((observed - expected)**2 / expected)` over a table of two windows by B buckets; at least 0.

    With n and m rows this is `n * m * sum((p - q)**2 / (n * p + m * q))`; it follows chi2(B - 1) if nothing changed.
    Values joined into one bucket add at most `m * p + n * q`. Source: Pearson 1900 and 1911.
    """
    n, m = int(buckets.reference.sum()), int(buckets.current.sum())

    def term(p: Floats, q: Floats) -> Floats:
        rows = n * p + m * q
        return np.asarray(n * m * np.divide((p - q) ** 2, rows, out=np.zeros_like(rows), where=rows > 0))

    return sum_over_buckets(buckets, term, lambda p, q: m * p + n * q)


def cramers_v(buckets: Buckets) -> Estimate:
    """`sqrt(chi_square / (n + m))`, from 0 to 1: the effect size of `chi_square`. Source: Cramer 1946."""
    rows = int(buckets.reference.sum()) + int(buckets.current.sum())
    return chi_square(buckets).mapped(lambda statistic: sqrt(min(max(statistic / rows, 0.0), 1.0)))
