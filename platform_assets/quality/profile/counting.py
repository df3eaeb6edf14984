"""Different values and the rows of each, by counting where the values lie close together and by sorting elsewhere."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.keys import Ints
from platform_assets.quality.profile.ordered import sum_by_value

DENSE_RANGE = 1 << 16


def counted(values: Ints, weights: Ints | None = None) -> tuple[Ints, Ints]:
    """Sorted different values and how often each occurs; with `weights` (same length) the sums of these."""
    if not len(values):
        return values, np.empty(0, np.int64)
    low, high = int(values.min()), int(values.max())
    if high - low < DENSE_RANGE:
        return _counted_dense(values, low, weights)
    if weights is not None:
        order = np.argsort(values, kind="stable")
        return sum_by_value(values[order], weights[order])
    ordered = np.sort(values)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[starts], np.diff(starts, append=len(ordered))


def rows_of_codes(codes: Ints, size: int, weights: Ints | None) -> Ints:
    """Rows (or sums of `weights`, exact below 2**53) of each of the codes 0 to `size - 1`."""
    return np.bincount(codes, weights=weights, minlength=size).astype(np.int64)


def distinct_texts(values: pa.LargeStringArray, weights: Ints | None = None) -> tuple[pa.LargeStringArray, Ints]:
    """Different texts in any order and the rows of each; no nulls expected."""
    encoded = pc.dictionary_encode(values)
    return encoded.dictionary, rows_of_codes(encoded.indices.to_numpy(), len(encoded.dictionary), weights)


def _counted_dense(values: Ints, low: int, weights: Ints | None) -> tuple[Ints, Ints]:
    rows = rows_of_codes(values - low if low else values, 0, weights)
    present = np.flatnonzero(rows)
    return present + low, rows[present]
