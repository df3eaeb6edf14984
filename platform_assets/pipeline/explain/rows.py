"""Rows of a table by equal values, read from exactly the snapshot that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from platform_assets.lake import Window
from platform_assets.lake.partitions import WHOLE_TABLE, Scope
from platform_assets.learning import partitions
from platform_assets.pipeline.explain.errors import NotExplained
from platform_assets.pipeline.explain.identity import as_text
from platform_assets.pipeline.explain.kept import readable
from platform_assets.pipeline.explain.surroundings import Surroundings
from platform_assets.quality.contract import Contract, contract_window

if TYPE_CHECKING:
    import pyarrow as pa

_INSTANT = timedelta(microseconds=1)


def matching_rows(
    around: Surroundings,
    contract: Contract,
    snapshot: int,
    partition: str | None,
    wanted: Mapping[str, Any],
) -> pa.Table:
    """The rows of a snapshot whose columns have the wanted values; a wanted value that is missing matches none.

    Raises:
        LakeError: the table does not exist, or does not keep the snapshot.
    """
    table = around.product.table(contract.name)
    held = readable(around, table, snapshot, [_partition_of(contract, partition, wanted)])
    rows = around.lake.read(table, _scope(contract, partition, wanted), snapshot_id=held)
    return with_values(rows, wanted)


def one_row(
    around: Surroundings, contract: Contract, snapshot: int, partition: str | None, key: Mapping[str, Any]
) -> pa.Table:
    """The row of a snapshot with this key, as a table of one; raises NotExplained if there is none, and LakeError."""
    rows = matching_rows(around, contract, snapshot, partition, key)
    if not rows.num_rows:
        table, shown = around.product.table(contract.name), ", ".join(f"{n}={as_text(v)}" for n, v in key.items())
        raise NotExplained(
            f"Snapshot {snapshot} of '{table}' has no row of {shown}, though a prediction of it names this snapshot. "
            "See whether the table was changed by other means than the platform's."
        )
    return rows.slice(0, 1)


def with_values(rows: pa.Table, wanted: Mapping[str, Any]) -> pa.Table:
    """The rows whose columns have the wanted values; a wanted value that is missing matches none."""
    import pyarrow.compute as pc

    for name, value in wanted.items():
        rows = rows.filter(pc.equal(rows[name], value)) if value is not None else rows.slice(0, 0)
    return rows


def _partition_of(contract: Contract, partition: str | None, wanted: Mapping[str, Any]) -> str | None:
    """The partition that the wanted rows lie in; None for a table that is not cut."""
    if contract.partitions is None:
        return None
    moment = wanted.get(contract.partitions.column)
    return partition if moment is None else partitions.partition_of(moment)


def _scope(contract: Contract, partition: str | None, wanted: Mapping[str, Any]) -> Scope:
    """As few rows as the table's partitions allow to be read."""
    column = contract.partitions.column if contract.partitions else None
    if column is not None and wanted.get(column) is not None:
        return Window(column, wanted[column], wanted[column] + _INSTANT)
    return contract_window(contract, partition) or WHOLE_TABLE
