"""Profile an Arrow stream in one pass with bounded memory: this is what runs where the data is."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.row_keys import RowKeys, merge_row_keys, row_keys_of
from platform_assets.quality.profile.scan_column import ColumnScan
from platform_assets.quality.profile.table import TableProfile
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
    scan = TableScan(columns, keys, weights)
    for table in chunks(batches):
        scan.add(table)
    return scan.profile()


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


class TableScan:
    """Collects the rows of a table, in chunks that fit in memory; see `profile_batches`."""

    def __init__(self, columns: Sequence[str] | None, keys: Sequence[str], weights: str | None) -> None:
        """Start without rows."""
        self._names, self._key_names, self._weights = columns, keys, weights
        self._rows = 0
        self._columns: dict[str, ColumnScan] = {}
        self._keys: list[RowKeys] = []

    def add(self, table: pa.Table) -> None:
        """Add a chunk of rows; `ProfileError` if a column is missing."""
        names = [n for n in (table.column_names if self._names is None else self._names) if n != self._weights]
        self._refuse_missing({*names, *self._key_names, *([self._weights] if self._weights else [])}, table)
        repeats = None
        if self._weights is not None:
            table, repeats = take_weights(table, self._weights)
        rows = table.num_rows if repeats is None else int(repeats.sum())
        self._rows += rows
        for name in names:
            self._columns.setdefault(name, ColumnScan(name)).add(table[name], repeats)
        if self._key_names and rows:
            self._add_keys(row_keys_of(table, self._key_names, repeats))

    def profile(self) -> TableProfile:
        """Profile of all rows added."""
        columns = {name: self._columns[name].profile() for name in sorted(self._columns)}
        return TableProfile(self._rows, columns, merge_row_keys(self._keys) if self._keys else None)

    def _add_keys(self, found: RowKeys) -> None:
        self._keys.append(found)
        if len(self._keys) == _PENDING:
            self._keys = [merge_row_keys(self._keys)]

    @staticmethod
    def _refuse_missing(asked: set[str], table: pa.Table) -> None:
        missing = sorted(asked - set(table.column_names))
        if missing:
            raise ProfileError(f"cannot profile column '{missing[0]}': the data has {', '.join(table.column_names)}.")
