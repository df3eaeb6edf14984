"""Different values and the rows of each, by counting where the values lie close together and by sorting elsewhere."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.keys import Ints
from platform_assets.quality.profile.ordered import sum_by_value

DENSE_RANGE = 1 << 16
Integers = npt.NDArray[np.integer[Any]]


def counted(values: Integers, weights: Ints | None = None) -> tuple[Ints, Ints]:
    """Sorted different values and how often each occurs; with `weights` (same length) the sums of these."""
    if not len(values):
        return values.astype(np.int64), np.empty(0, np.int64)
    low, high = int(values.min()), int(values.max())
    if low == high:
        rows = len(values) if weights is None else int(weights.sum())
        return np.array([low], np.int64), np.array([rows], np.int64)
    if high - low < DENSE_RANGE:
        return _counted_dense(values, low, high, weights)
    if weights is not None:
        order = np.argsort(values, kind="stable")
        return sum_by_value(values[order].astype(np.int64, copy=False), weights[order])
    ordered = np.sort(values)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[starts].astype(np.int64, copy=False), np.diff(starts, append=len(ordered))


def rows_of_codes(codes: Ints, size: int, weights: Ints | None) -> Ints:
    """Rows (or sums of `weights`, exact below 2**53) of each of the codes 0 to `size - 1`."""
    return np.bincount(codes, weights=weights, minlength=size).astype(np.int64)


def distinct_texts(values: pa.LargeStringArray, weights: Ints | None = None) -> tuple[pa.LargeStringArray, Ints]:
    """Different texts in any order and the rows of each; no nulls expected."""
    encoded = pc.dictionary_encode(values)
    return encoded.dictionary, rows_of_codes(encoded.indices.to_numpy(), len(encoded.dictionary), weights)


def _counted_dense(values: Integers, low: int, high: int, weights: Ints | None) -> tuple[Ints, Ints]:
    base = 0 if low >= 0 and high < DENSE_RANGE else low
    codes = np.subtract(values, base, dtype=np.int64) if base else values.astype(np.int64, copy=False)
    rows = rows_of_codes(codes, 0, weights)
    present = np.flatnonzero(rows)
    return present + base, rows[present]
