"""How features tell the label apart by themselves: rates of the label by value, learned on rows other than judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from platform_assets.learning.columns import numbers

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes: TypeAlias = tuple[Integers, int]

# Finer cuts would follow chance; a leak shows with far coarser ones.
MOST_BINS = 128
SMOOTHING = 10.0


def coded(rows: pa.Table, name: str, categorical: Sequence[str]) -> Codes:
    """A feature as codes from 0 on, and how many there are: numbers are cut at quantiles, missing is a value too."""
    if name in categorical:
        texts = pc.dictionary_encode(pc.cast(rows[name], pa.string()), null_encoding="encode").combine_chunks()
        return texts.indices.to_numpy().astype(np.int64), len(texts.dictionary)
    values = numbers(rows[name])
    cuts = _cuts(values[~np.isnan(values)])
    # Below, at and above a cut are different bins, so that a frequent value has one of its own.
    bins = np.searchsorted(cuts, values, side="left") + np.searchsorted(cuts, values, side="right")
    missing = 2 * len(cuts) + 1
    return np.where(np.isnan(values), missing, bins).astype(np.int64), missing + 1


def single_feature_auc(feature: Codes, y: Floats, ranked: NDArray[np.bool_]) -> float:
    """AUC, on the ranked rows, of the label's smoothed rate by value of the feature on the other rows.

    Rates need no order of the values, so that names and features with a hump are judged as well as those that rise.
    As they take few distinct values, their mid-ranks follow from counts, without sorting rows.

    Args:
        y: labels, 0 or 1, of all rows.
        ranked: which rows are ranked; both classes must occur in them.
    """
    codes, count = feature
    learned, labels = codes[~ranked], y[~ranked]
    positives = np.bincount(learned, weights=labels, minlength=count)
    rates = (positives + SMOOTHING * labels.mean()) / (np.bincount(learned, minlength=count) + SMOOTHING)
    levels, level = np.unique(rates, return_inverse=True)
    mine, z = level[codes[ranked]], y[ranked]
    risen, fallen = (np.bincount(mine, weights=each, minlength=len(levels)) for each in (z, 1 - z))
    below = np.cumsum(fallen) - fallen / 2
    return float((risen * below).sum() / (risen.sum() * fallen.sum()))


def scores_from_other_folds(features: Sequence[Codes], y: Floats, fold: Integers) -> Floats:
    """Naive Bayes score of each row, learned on the rows of all other folds alone: the sum of its features' log odds.

    Args:
        y: labels, 0 or 1, shape (rows,).
        fold: fold of each row, 0 to folds - 1.
    """
    folds, base = int(fold.max()) + 1, float(y.mean())
    scores = np.zeros(len(y))
    for codes, count in features:
        cell = fold * count + codes
        positives, negatives = (
            np.bincount(cell, weights=each, minlength=folds * count).reshape(folds, count) for each in (y, 1 - y)
        )
        risen, fallen = (each.sum(axis=0) - each for each in (positives, negatives))
        odds = (risen + SMOOTHING * base) / (fallen + SMOOTHING * (1 - base))
        scores += np.log(odds)[fold, codes]
    return scores


def _cuts(known: Floats) -> Floats:
    if len(known) == 0:
        return known
    cuts: Floats = np.unique(np.quantile(known, np.arange(1, MOST_BINS) / MOST_BINS, method="lower"))
    return cuts
