"""Profile an Arrow stream in one pass with bounded memory: this is what runs where the data is."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.column import ColumnProfile, Kind
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Floats, Ints, floats_of_keys, keys_of_floats
from platform_assets.quality.profile.moments import moments_of_floats, moments_of_ints
from platform_assets.quality.profile.ordered import sketch_of_keys, sum_by_value
from platform_assets.quality.profile.table import TableProfile, merge_profiles
from platform_assets.quality.profile.text import MAX_CHARACTERS, sketch_of_text

CHUNK_ROWS = 1 << 17
_CHUNK_BYTES = 1 << 28
_PENDING = 16
_DENSE_RANGE = 1 << 16
_EXACT_DOUBLE = 1 << 53


def profile_batches(batches: Iterable[pa.RecordBatch], columns: Sequence[str] | None = None) -> TableProfile:
    """Profile of all rows of `batches`, of `columns` only if given (`ProfileError` if one is missing).

    Integers, decimals and durations become doubles, dates and timestamps microseconds. Memory does not grow with rows.
    """
    pending: list[TableProfile] = []
    for table in _chunks(batches):
        pending.append(_profile_chunk(table, columns))
        if len(pending) == _PENDING:
            pending = [merge_profiles(pending)]
    return merge_profiles(pending)


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of at most `CHUNK_ROWS` rows: small batches are collected, large ones cut."""
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        for start in range(0, max(batch.num_rows, 1), CHUNK_ROWS):
            piece = batch.slice(start, CHUNK_ROWS)
            if waiting and (rows + piece.num_rows > CHUNK_ROWS or size > _CHUNK_BYTES):
                yield pa.Table.from_batches(waiting)
                waiting, rows, size = [], 0, 0
            waiting.append(piece)
            rows, size = rows + piece.num_rows, size + piece.nbytes
    if waiting:
        yield pa.Table.from_batches(waiting)


def _profile_chunk(table: pa.Table, columns: Sequence[str] | None) -> TableProfile:
    names = table.column_names if columns is None else columns
    missing = sorted(set(names) - set(table.column_names))
    if missing:
        raise ProfileError(f"cannot profile column '{missing[0]}': the data has {', '.join(table.column_names)}.")
    return TableProfile(table.num_rows, {name: _profile_column(name, table[name]) for name in sorted(names)})


def _profile_column(name: str, column: pa.ChunkedArray) -> ColumnProfile:
    values = _plain(column)
    kind = _kind_of(values.type)
    count, nulls = len(values), values.null_count
    if kind == "other" or count == nulls:
        return ColumnProfile(kind, count, nulls)
    present = values.drop_null() if nulls else values
    if kind == "text":
        return _text_column(present, count, nulls)
    if kind == "boolean":
        return _boolean_column(present, count, nulls)
    if kind == "timestamp":
        return _timestamp_column(name, present, count, nulls)
    return _numeric_column(present, count, nulls)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    values = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks)
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _kind_of(type_: pa.DataType) -> Kind:
    types = pa.types
    if types.is_boolean(type_):
        return "boolean"
    if types.is_timestamp(type_) or types.is_date(type_):
        return "timestamp"
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return "numeric"
    if types.is_duration(type_) or types.is_time(type_):
        return "numeric"
    return "text" if types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_) else "other"


def _text_column(values: pa.Array, count: int, nulls: int) -> ColumnProfile:
    encoded = values.cast(pa.large_string()).dictionary_encode()
    rows = np.bincount(encoded.indices.to_numpy(), minlength=len(encoded.dictionary)).astype(np.int64)
    heads = pc.min_max(pc.utf8_slice_codeunits(encoded.dictionary, 0, MAX_CHARACTERS)).as_py()
    sketch = sketch_of_text(encoded.dictionary, rows)
    return ColumnProfile("text", count, nulls, text=sketch, first_text=heads["min"], last_text=heads["max"])


def _boolean_column(values: pa.Array, count: int, nulls: int) -> ColumnProfile:
    true = values.true_count
    rows = np.array([len(values) - true, true], dtype=np.int64)
    keys = np.flatnonzero(rows).astype(np.int64)
    moments = moments_of_ints(keys, rows[keys])
    return ColumnProfile("boolean", count, nulls, moments=moments, ordered=sketch_of_keys(keys, rows[keys]))


def _timestamp_column(name: str, values: pa.Array, count: int, nulls: int) -> ColumnProfile:
    try:
        keys, rows = _count(_microseconds(values))
    except pa.ArrowInvalid as error:
        message = f"column '{name}' holds times beyond the years that microseconds can count; correct them ({error})."
        raise ProfileError(message) from error
    moments = moments_of_ints(keys, rows)
    return ColumnProfile("timestamp", count, nulls, moments=moments, ordered=sketch_of_keys(keys, rows))


def _microseconds(values: pa.Array) -> Ints:
    """Microseconds since 1970 UTC; nanoseconds are cut, anything coarser must fit."""
    zone = values.type.tz if pa.types.is_timestamp(values.type) else None
    nanoseconds = pa.types.is_timestamp(values.type) and values.type.unit == "ns"
    return np.asarray(values.cast(pa.timestamp("us", zone), safe=not nanoseconds).cast(pa.int64()).to_numpy())


def _numeric_column(values: pa.Array, count: int, nulls: int) -> ColumnProfile:
    nan = positive = negative = 0
    dense = _count_dense(values) if pa.types.is_integer(values.type) else None
    if dense is None:
        numbers = _doubles(values)
        finite = np.isfinite(numbers)
        if not finite.all():
            nan, positive = int(np.isnan(numbers).sum()), int(np.isposinf(numbers).sum())
            negative = len(numbers) - nan - positive - int(finite.sum())
            numbers = numbers[finite]
        dense = _count(keys_of_floats(numbers))
    keys, rows = dense
    moments = moments_of_floats(floats_of_keys(keys), rows)
    return ColumnProfile("numeric", count, nulls, nan, positive, negative, moments, sketch_of_keys(keys, rows))


def _doubles(values: pa.Array) -> Floats:
    if pa.types.is_duration(values.type) or pa.types.is_time64(values.type):
        values = values.cast(pa.int64())
    if pa.types.is_time32(values.type):
        values = values.cast(pa.int32())
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy())


def _count(keys: Ints) -> tuple[Ints, Ints]:
    """Sorted different keys and how often each occurs."""
    ordered = np.sort(keys)
    return sum_by_value(ordered, np.ones(len(ordered), dtype=np.int64)) if len(ordered) else (ordered, ordered)


def _count_dense(values: pa.Array) -> tuple[Ints, Ints] | None:
    """Keys and counts of integers within a narrow range, by counting instead of sorting; None if not narrow."""
    bounds = pc.min_max(values).as_py()
    low, high = bounds["min"], bounds["max"]
    if high - low >= _DENSE_RANGE or max(abs(low), abs(high)) > _EXACT_DOUBLE:
        return None
    rows = np.bincount(values.cast(pa.int64()).to_numpy() - low).astype(np.int64)
    present = np.flatnonzero(rows)
    return keys_of_floats((present + low).astype(np.float64)), rows[present]
