"""Wasserstein distance: how far, on average, values moved, in units of the reference's spread."""

from math import isfinite

import numpy as np

from platform_assets.quality.drift.buckets import CommonBins, shares
from platform_assets.quality.drift.estimate import Estimate

DEFINITION = (
    "Wasserstein distance of order 1, the mean distance a row has to move, divided by the population standard "
    "deviation of the reference. Missing values are left out. From 0, without upper bound; none if the reference is "
    "constant and the current window is not."
)


def wasserstein_distance(bins: CommonBins) -> Estimate:
    """`integral |F(x) - G(x)| dx`, the mean distance that a row has to move, in the column's unit; at least 0.

    Exact up to 4,096 distinct values a window; beyond, rows sit in the middle of their bin, so the error is at most
    half the mean bin width of each window. Source: Kantorovich 1942; Vallender 1974 for the one-dimensional form.
    """
    rows, other = shares(bins.reference), shares(bins.current)
    gaps = np.cumsum(rows) - np.cumsum(other)
    value = float((np.abs(gaps[:-1]) * np.diff(bins.positions)).sum())
    reach = np.maximum(bins.upper - bins.positions, bins.positions - bins.lower)
    error = float((reach * (rows + other)).sum())
    return Estimate(value, max(value - error, 0.0), value + error)


def normalised_wasserstein(bins: CommonBins, reference_std: float | None) -> Estimate | None:
    """`wasserstein_distance / reference_std`, without unit; None if the reference is constant and the current is not.

    0.1 means that rows moved by a tenth of the reference's standard deviation on average. A few extreme values in the
    reference enlarge its deviation and hide a move of the bulk, so this measure informs and PSI decides. None as well
    if the distance is beyond the largest double.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        distance = wasserstein_distance(bins)
    if distance.high == 0.0:
        return distance
    if not reference_std or not isfinite(distance.high):
        return None
    return distance.mapped(lambda length: length / reference_std)
