"""Profile an Arrow stream in one pass with bounded memory: this is what runs where the data is."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.row_keys import row_keys_of
from platform_assets.quality.profile.scan_column import profile_column
from platform_assets.quality.profile.table import TableProfile, merge_profiles
from platform_assets.quality.profile.weights import take_weights

CHUNK_ROWS = 1 << 17
_CHUNK_BYTES = 1 << 27
_PENDING = 16


def profile_batches(
    batches: Iterable[pa.RecordBatch],
    columns: Sequence[str] | None = None,
    *,
    keys: Sequence[str] = (),
    weights: str | None = None,
) -> TableProfile:
    """Profile of all rows of `batches`, of `columns` only if given (`ProfileError` if one is missing).

    Integers, decimals and durations become doubles, dates and timestamps microseconds. Memory does not grow with rows.
    `keys` are the columns that should identify a row: their duplicates are counted (`TableProfile.key_duplicates`).
    `weights` names a column of whole numbers, at least 0: the profile is byte for byte that of the rows each repeated
    so many times, without that column.
    """
    pending: list[TableProfile] = []
    for table in chunks(batches):
        pending.append(profile_chunk(table, columns, keys, weights))
        if len(pending) == _PENDING:
            pending = [merge_profiles(pending)]
    return merge_profiles(pending)


def chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
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


def profile_chunk(
    table: pa.Table, columns: Sequence[str] | None, keys: Sequence[str], weights: str | None
) -> TableProfile:
    """Profile of the rows of one table that fits in memory; see `profile_batches`."""
    names = [name for name in (table.column_names if columns is None else columns) if name != weights]
    asked = {*names, *keys, *([] if weights is None else [weights])}
    missing = sorted(asked - set(table.column_names))
    if missing:
        raise ProfileError(f"cannot profile column '{missing[0]}': the data has {', '.join(table.column_names)}.")
    repeats = None
    if weights is not None:
        table, repeats = take_weights(table, weights)
    rows = table.num_rows if repeats is None else int(repeats.sum())
    profiles = {name: profile_column(name, table[name], repeats) for name in sorted(names)}
    return TableProfile(rows, profiles, row_keys_of(table, keys, repeats) if keys and rows else None)
