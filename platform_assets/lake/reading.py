"""Rows of the files that a scan planned: by pyarrow alone where no row has to be left out and no column translated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_assets.lake.inline_tasks import inline_tasks

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import DataScan, FileScanTask

    from platform_assets.lake.store import Store


def read_rows(scan: DataScan, store: Store) -> pa.Table:
    """The rows of a scan.

    A partition is read whole, and most tables never changed their columns. Then Iceberg's reader, which filters every
    row and looks up every column by its id, does nothing that pyarrow's would not, and takes longer.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyiceberg.io.pyarrow import ArrowScan, schema_to_pyarrow

    tasks = planned(scan, store)
    projection = scan.projection()
    wanted = schema_to_pyarrow(projection, include_field_ids=False)
    columns = pa.schema([field.with_type(_stored(field.type)) for field in wanted])
    if tasks and len(scan.table_metadata.schemas) == 1 and all(map(_is_whole, tasks)):
        paths = [store.path(store.normalised(task.file.file_path)) for task in tasks]
        # A file may lack a column that may be missing, as that of a delivery from before the table was first published.
        rows = pq.read_table(paths, schema=columns, filesystem=store.filesystem, partitioning=None)
        return rows.replace_schema_metadata(None)
    rows = ArrowScan(scan.table_metadata, scan.io, projection, scan.row_filter).to_table(tasks)
    # Tables of the same columns go together, however they were read and whether or not they have rows.
    return rows.cast(columns)


def planned(scan: DataScan, store: Store) -> list[FileScanTask]:
    """The files of a scan, found by the table's metadata."""
    with inline_tasks(store.is_local):
        return list(scan.plan_files())


def _stored(kind: pa.DataType) -> pa.DataType:
    """The type under which pyarrow reads a column that Iceberg's reader expects as ``kind``."""
    import pyarrow as pa

    return {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}.get(kind, kind)


def _is_whole(task: FileScanTask) -> bool:
    """Whether every row of the file is wanted, by its partition alone."""
    from pyiceberg.expressions import AlwaysTrue

    return bool(task.residual == AlwaysTrue()) and not task.delete_files
