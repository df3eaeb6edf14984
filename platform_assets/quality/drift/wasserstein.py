"""Wasserstein distance: how far, on average, values moved, in units of the reference's spread."""

import numpy as np

from platform_assets.quality.drift.buckets import CommonBins, shares


def wasserstein_distance(bins: CommonBins) -> float:
    """`integral |F(x) - G(x)| dx`, the mean distance that a row has to move, in the column's unit; at least 0.

    Exact up to 4,096 distinct values a window; beyond, rows sit in the middle of their bin, so the error is at most
    half the mean bin width of each window. Source: Kantorovich 1942; Vallender 1974 for the one-dimensional form.
    """
    gaps = np.cumsum(shares(bins.reference)) - np.cumsum(shares(bins.current))
    return float((np.abs(gaps[:-1]) * np.diff(bins.positions)).sum())


def normalised_wasserstein(bins: CommonBins, reference_std: float | None) -> float | None:
    """`wasserstein_distance / reference_std`, without unit; None if the reference is constant and the current is not.

    0.1 means that rows moved by a tenth of the reference's standard deviation on average. A few extreme values in the
    reference enlarge its deviation and hide a move of the bulk, so this measure informs and PSI decides.
    """
    distance = wasserstein_distance(bins)
    if distance == 0.0:
        return 0.0
    return distance / reference_std if reference_std else None
