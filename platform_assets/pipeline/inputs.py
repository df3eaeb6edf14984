"""What a step reads: files of exact snapshots, narrowed to the partition and the history it needs."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from platform_assets.compute import Job, Output, TableInput
from platform_assets.compute.job import TimeFilter
from platform_assets.lake import Window
from platform_assets.lake.errors import PartitionNotFound, TableNotFound
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.rules import SPARK_TYPES


def current_snapshot(workspace: Workspace, table: str) -> int:
    """The snapshot a step is going to read; raises TableNotFound while nothing was published."""
    snapshot = workspace.lake.snapshot_id(table)
    if snapshot is None:
        raise TableNotFound(table)
    return snapshot


def table_input(
    workspace: Workspace, product: Product, name: str, snapshot_id: int, window: Window | None, partition: str | None
) -> TableInput:
    """The rows of a dataset or feature set for a job.

    Args:
        window: rows to read; None reads all of them.
        partition: the partition that must have rows, whatever history the window adds.

    Raises:
        PartitionNotFound: that partition was not published.
    """
    contract, table = product.readable(name), product.table(name)
    columns = [column.name for column in contract.stored_columns]
    uniform = workspace.lake.is_uniform(contract.table(product.name))
    types = None if uniform else [SPARK_TYPES[column.type] for column in contract.stored_columns]
    if window is None:
        sizes = workspace.lake.plan_sizes(table, WHOLE_TABLE, snapshot_id=snapshot_id)
        return TableInput(files=list(sizes), bytes=sum(sizes.values()), columns=columns, types=types)
    require_partition(workspace, contract, table, partition, snapshot_id)
    sizes = workspace.lake.plan_sizes(table, window, snapshot_id=snapshot_id)
    return TableInput(
        files=list(sizes),
        bytes=sum(sizes.values()),
        columns=columns,
        types=types,
        window=TimeFilter(**window.as_text()),
    )


def require_partition(
    workspace: Workspace, contract: Contract, table: str, partition: str | None, snapshot_id: int
) -> None:
    """Raise PartitionNotFound unless the snapshot has files of the partition."""
    own = contract_window(contract, partition)
    if partition and own and not workspace.lake.plan_files(table, own, snapshot_id=snapshot_id):
        raise PartitionNotFound(table, partition)


def output(workspace: Workspace, contract: Contract, namespace: str, window: Window | None = None) -> Output:
    """A fresh staging place for the rows of a contract."""
    return Output(
        location=workspace.lake.new_staging(f"{namespace}.{contract.name}"),
        columns=[(column.name, SPARK_TYPES[column.type]) for column in contract.stored_columns],
        window=TimeFilter(**window.as_text()) if window else None,
        sort_by=[contract.partitions.column] if contract.partitions else [],
    )


def compute_rows(
    workspace: Workspace,
    job_name: str,
    function: str,
    inputs: dict[str, TableInput],
    columns: Sequence[tuple[str, str]],
) -> pa.Table:
    """Rows that a PySpark function computes, brought to this process; for results that are small by nature.

    They never leave this machine for it: a cluster would cost minutes to save seconds.
    """
    scratch = workspace.lake.new_staging("platform.scratch")
    job = Job(
        name=job_name,
        function=function,
        inputs=inputs,
        output=Output(location=scratch, columns=list(columns)),
    )
    try:
        files = workspace.local_engine.run(job).staged.files
        parts = [workspace.lake.store.read_parquet(file) for file in files]
        return pa.concat_tables(parts).replace_schema_metadata(None)
    finally:
        workspace.lake.store.delete_all(scratch)
