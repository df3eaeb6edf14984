"""Small files of a partition become one file with the same rows in the same order, compared before it is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

import pyarrow as pa

from platform_assets.lake.errors import LakeError
from platform_assets.lake.exchange import exchange_files
from platform_assets.lake.table_state import LiveFile

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from platform_assets.lake.lake import Lake

# Rows held in memory at a time, and rows of a row group.
ROWS_AT_A_TIME = 128 * 1024
FLOATS_AS_BITS = {pa.float64(): pa.int64(), pa.float32(): pa.int32()}


class MergedFileDiffers(LakeError):
    """A merged file does not read as the files that it was made of."""

    def __init__(self, table: str, location: str) -> None:
        super().__init__(
            f"Merging small files of '{table}' gave {location}, which reads differently from them; it was not "
            "published and the table is unchanged. Check the disk or S3 for damage, then run retention again."
        )


def merge_files(lake: Lake, name: str, files: Sequence[LiveFile], properties: Mapping[str, str]) -> bool:
    """Publish one file in place of ``files``; whoever reads the table sees the same rows before and after.

    Returns:
        False if another writer replaced one of the files meanwhile; the table then is as that writer left it.

    Raises:
        MergedFileDiffers: the merged file does not hold the same rows; nothing was published.
    """
    table = lake.iceberg(name)
    merged = f"{lake.new_staging(name)}/part-0.parquet"
    old = {file.location for file in files}
    if not _current(lake, table, old):
        return False
    rows = _write(lake, table, merged, _chunks(_read(lake, table, old)))
    written = _chunks(_read_back(lake, merged))
    if rows != sum(file.rows for file in files) or not _same(_chunks(_read(lake, table, old)), written):
        lake.store.delete(merged)
        raise MergedFileDiffers(name, merged)
    return exchange_files(lake, table, name, old, [merged], properties)


def _current(lake: Lake, table: Table, old: set[str]) -> bool:
    return old <= {lake.store.normalised(task.file.file_path) for task in table.scan().plan_files()}


def _read(lake: Lake, table: Table, files: set[str]) -> Iterator[pa.RecordBatch]:
    """Rows of the files under the table's current columns, file after file."""
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.io.pyarrow import ArrowScan

    tasks = [task for task in table.scan().plan_files() if lake.store.normalised(task.file.file_path) in files]
    scan = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue())
    for task in sorted(tasks, key=lambda task: str(task.file.file_path)):
        yield from scan.to_record_batches([task])


def _read_back(lake: Lake, location: str) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(lake.store.path(location), filesystem=lake.store.filesystem) as file:
        yield from file.iter_batches(batch_size=ROWS_AT_A_TIME)


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of equal length, so that two readings can be compared piece by piece."""
    waiting: list[pa.Table] = []
    rows = 0
    for batch in batches:
        waiting.append(pa.Table.from_batches([batch]))
        rows += batch.num_rows
        while rows >= ROWS_AT_A_TIME:
            whole = pa.concat_tables(waiting, promote_options="permissive")
            yield whole.slice(0, ROWS_AT_A_TIME)
            waiting = [whole.slice(ROWS_AT_A_TIME)]
            rows -= ROWS_AT_A_TIME
    if rows:
        yield pa.concat_tables(waiting, promote_options="permissive")


def _write(lake: Lake, table: Table, location: str, chunks: Iterator[pa.Table]) -> int:
    import pyarrow.parquet as pq

    schema = _schema(table)
    # Makes the folder, on a disk.
    lake.store.write_bytes(location, b"")
    rows = 0
    with pq.ParquetWriter(
        lake.store.path(location), schema, compression="zstd", filesystem=lake.store.filesystem
    ) as writer:
        for chunk in chunks:
            writer.write_table(chunk.cast(schema), row_group_size=ROWS_AT_A_TIME)
            rows += chunk.num_rows
    return rows


def _schema(table: Table) -> pa.Schema:
    """The table's columns in the types that every other writer of the lake uses; PyIceberg's texts are large ones."""
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    plain = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}
    fields = schema_to_pyarrow(table.schema(), include_field_ids=False)
    return pa.schema([field.with_type(plain.get(field.type, field.type)) for field in fields])


def _same(one: Iterator[pa.Table], other: Iterator[pa.Table]) -> bool:
    return all(
        left is not None and right is not None and _comparable(left).equals(_comparable(right.cast(left.schema)))
        for left, right in zip_longest(one, other)
    )


def _comparable(table: pa.Table) -> pa.Table:
    """Floats as their bits, because a missing number (NaN) does not equal itself."""
    columns = [
        column.combine_chunks().view(FLOATS_AS_BITS[column.type]) if column.type in FLOATS_AS_BITS else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)
