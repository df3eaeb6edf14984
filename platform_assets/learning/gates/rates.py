"""How well one feature alone tells the label apart: rates by its values, learned on some rows, ranked on others."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Column: TypeAlias = "Floats | pa.ChunkedArray"

# Finer cuts would follow chance; a leak shows with far coarser ones.
MOST_BINS = 128
SMOOTHING = 10.0


def single_feature_auc(learned: Column, ranked: Column, y: Floats, z: Floats) -> float:
    """AUC, on the ranked rows, of the label's smoothed rate by value of the feature on the rows learned from.

    Numbers are cut at quantiles; missing is a value of its own. Rates need no order of the values, so that names and
    features with a hump are judged as well as those that rise. As the rates take few distinct values, their mid-ranks
    follow from counts, without sorting rows.

    Args:
        learned, ranked: the feature, numbers (NaN for missing) or texts.
        y, z: labels (0 or 1) of the rows learned from and of the ranked ones, in which both classes must occur.
    """
    known, codes, count = _coded(learned, ranked)
    positives = np.bincount(known, weights=y, minlength=count)
    rates = (positives + SMOOTHING * y.mean()) / (np.bincount(known, minlength=count) + SMOOTHING)
    levels, level = np.unique(rates, return_inverse=True)
    risen, fallen = (np.bincount(level[codes], weights=each, minlength=len(levels)) for each in (z, 1 - z))
    below = np.cumsum(fallen) - fallen / 2
    return float((risen * below).sum() / (risen.sum() * fallen.sum()))


def _coded(learned: Column, ranked: Column) -> tuple[Integers, Integers, int]:
    """Codes of both columns from 0 on, and how many there are; texts that were not learned share one."""
    if not isinstance(learned, pa.ChunkedArray):
        cuts = _cuts(learned)
        return _bins(learned, cuts), _bins(ranked, cuts), 2 * len(cuts) + 2
    names = pc.unique(learned)
    first, second = (pc.index_in(each, value_set=names) for each in (learned, ranked))
    seen = pc.fill_null(second, len(names))
    return first.to_numpy().astype(np.int64), seen.to_numpy().astype(np.int64), len(names) + 1


def _cuts(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return known
    levels = np.arange(1, MOST_BINS) / MOST_BINS
    cuts: Floats = np.unique(np.quantile(known, levels, method="lower"))
    return cuts


def _bins(values: Floats, cuts: Floats) -> Integers:
    """Below, at and above a cut are different bins, so that a frequent value has one of its own; missing is last."""
    bins = np.searchsorted(cuts, values, side="left") + np.searchsorted(cuts, values, side="right")
    return np.where(np.isnan(values), 2 * len(cuts) + 1, bins).astype(np.int64)
