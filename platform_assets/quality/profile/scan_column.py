"""The profile of one column of a chunk of rows: every kind of value ends as sorted keys with exact numbers of rows."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.arrow_values import doubles, is_text, kind_of, microseconds, plain
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.counting import DENSE_RANGE, counted, distinct_texts, rows_of_codes
from platform_assets.quality.profile.keys import Ints, floats_of_keys, keys_of_floats
from platform_assets.quality.profile.lengths import lengths_of_text
from platform_assets.quality.profile.merging import merge_columns
from platform_assets.quality.profile.moments import moments_of_floats, moments_of_ints
from platform_assets.quality.profile.ordered import sketch_of_keys
from platform_assets.quality.profile.patterns import patterns_of_text
from platform_assets.quality.profile.text import MAX_CHARACTERS, sketch_of_text

_EXACT_DOUBLE = 1 << 53
_SLICE_BYTES = 1 << 24


def profile_column(name: str, column: pa.ChunkedArray, weights: Ints | None = None) -> ColumnProfile:
    """Profile of a column in which row `i` stands `weights[i]` times (once by default).

    Huge texts are profiled in slices of about 16 MB, so that no more than one slice is ever copied.
    """
    if is_text(column.type) and column.nbytes > _SLICE_BYTES and not pa.types.is_dictionary(column.type):
        return merge_columns(name, [_profile_array(name, *piece) for piece in _slices(column, weights)])
    return _profile_array(name, plain(column), weights)


def _slices(column: pa.ChunkedArray, weights: Ints | None) -> Iterator[tuple[pa.Array, Ints | None]]:
    rows = max(len(column) * _SLICE_BYTES // column.nbytes, 1)
    for start in range(0, len(column), rows):
        yield plain(column.slice(start, rows)), None if weights is None else weights[start : start + rows]


def _profile_array(name: str, values: pa.Array, weights: Ints | None) -> ColumnProfile:
    kind = kind_of(values.type)
    count, nulls = len(values), values.null_count
    present = values.drop_null() if nulls else values
    if weights is not None:
        count = int(weights.sum())
        weights = weights[pc.is_valid(values).to_numpy(zero_copy_only=False)] if nulls else weights
        nulls = count - int(weights.sum())
    if kind == "other" or count == nulls:
        return ColumnProfile(kind, count, nulls)
    if kind == "text":
        return _text_column(present, weights, count, nulls)
    if kind == "numeric":
        return _numeric_column(present, weights, count, nulls)
    keys, rows = (
        _counted_booleans(present, weights) if kind == "boolean" else counted(microseconds(name, present), weights)
    )
    return ColumnProfile(
        kind, count, nulls, moments=moments_of_ints(keys, rows), ordered=sketch_of_keys(keys, rows)
    )  # fmt: skip


def _text_column(values: pa.Array, weights: Ints | None, count: int, nulls: int) -> ColumnProfile:
    if pa.types.is_dictionary(values.type):
        rows = rows_of_codes(values.indices.to_numpy(), len(values.dictionary), weights)
        used = np.flatnonzero(rows)
        texts, rows = distinct_texts(values.dictionary.take(pa.array(used)).cast(pa.large_string()), rows[used])
    else:
        texts, rows = distinct_texts(values.cast(pa.large_string()), weights)
    heads = pc.min_max(pc.utf8_slice_codeunits(texts, 0, MAX_CHARACTERS)).as_py()
    return ColumnProfile(
        "text",
        count,
        nulls,
        text=sketch_of_text(texts, rows),
        first_text=heads["min"],
        last_text=heads["max"],
        text_bytes=int(pc.binary_length(texts).to_numpy() @ rows),
        lengths=lengths_of_text(texts, rows),
        patterns=patterns_of_text(texts, rows),
    )


def _counted_booleans(values: pa.Array, weights: Ints | None) -> tuple[Ints, Ints]:
    if weights is not None:
        return counted(values.cast(pa.int64()).to_numpy(), weights)
    true = values.true_count
    rows = np.array([len(values) - true, true], dtype=np.int64)
    keys = np.flatnonzero(rows).astype(np.int64)
    return keys, rows[keys]


def _numeric_column(values: pa.Array, weights: Ints | None, count: int, nulls: int) -> ColumnProfile:
    nan = positive = negative = 0
    dense = _counted_dense(values, weights) if pa.types.is_integer(values.type) else None
    if dense is None:
        numbers = doubles(values)
        finite = np.isfinite(numbers)
        if not finite.all():
            nan, positive, negative = (
                _rows(numbers != numbers, weights),
                _rows(numbers == np.inf, weights),
                _rows(numbers == -np.inf, weights),
            )
            numbers, weights = numbers[finite], None if weights is None else weights[finite]
        dense = counted(keys_of_floats(numbers), weights)
    keys, rows = dense
    moments = moments_of_floats(floats_of_keys(keys), rows)
    return ColumnProfile("numeric", count, nulls, nan, positive, negative, moments, sketch_of_keys(keys, rows))


def _rows(where: np.ndarray, weights: Ints | None) -> int:
    return int(where.sum() if weights is None else weights[where].sum())


def _counted_dense(values: pa.Array, weights: Ints | None) -> tuple[Ints, Ints] | None:
    """Keys and rows of integers within a narrow range, counted without making them doubles; None if not narrow."""
    bounds = pc.min_max(values).as_py()
    low, high = bounds["min"], bounds["max"]
    if high - low >= DENSE_RANGE or max(abs(low), abs(high)) > _EXACT_DOUBLE:
        return None
    rows = rows_of_codes(values.cast(pa.int64()).to_numpy() - low, 0, weights)
    present = np.flatnonzero(rows)
    return keys_of_floats((present + low).astype(np.float64)), rows[present]
