"""Kolmogorov-Smirnov statistic: the largest gap between two distribution functions."""

import numpy as np

from platform_assets.quality.drift.buckets import CommonBins, shares


def kolmogorov_smirnov(bins: CommonBins) -> float:
    """`max |F(x) - G(x)|` over x, from 0 to 1; F and G are the distribution functions of the two windows.

    Exact up to 4,096 distinct values a window; beyond, exact at the borders of the common bins, hence too small by at
    most the share of the fullest bin. Source: Kolmogorov 1933, Smirnov 1939.
    """
    gaps = np.cumsum(shares(bins.reference)) - np.cumsum(shares(bins.current))
    return float(np.abs(gaps).max())
