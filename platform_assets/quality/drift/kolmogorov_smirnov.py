"""Kolmogorov-Smirnov statistic: the largest gap between two distribution functions."""

import numpy as np

from platform_assets.quality.drift.buckets import CommonBins, shares
from platform_assets.quality.drift.estimate import Estimate

DEFINITION = (
    "Kolmogorov-Smirnov statistic: largest distance between the two cumulated shares, two samples. Missing values are "
    "left out. From 0 to 1."
)


def kolmogorov_smirnov(bins: CommonBins) -> Estimate:
    """`max |F(x) - G(x)|` over x, from 0 to 1; F and G are the distribution functions of the two windows.

    Exact up to 4,096 distinct values a window. Beyond, F and G are known at the borders of the common bins, so the
    value is never too large, and too small by at most what `high` allows: within a bin, F may rise before G does.
    Source: Kolmogorov 1933, Smirnov 1939.
    """
    rows, other = shares(bins.reference), shares(bins.current)
    left, right = np.cumsum(rows), np.cumsum(other)
    value = float(np.abs(left - right).max())
    inside = np.maximum(left - (right - other), right - (left - rows))[bins.wide]
    return Estimate(value, value, max(value, min(float(inside.max(initial=0.0)), 1.0)))
