"""Conditions of a publish: looked at on exactly the snapshot that its commit requires to be current.

A guard is called with the table before every attempt to commit. It raises to stop the publish; if another writer
commits in between, the attempt is lost, and the guard is asked again about what is current then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from platform_assets.lake.publish import PROPERTY_PREFIX

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from platform_assets.lake.partitions import Scope

Guard = Callable[["Table"], None]


def published_since(table: Table, scope: Scope, sequence: int) -> list[int]:
    """Snapshots that made rows of ``scope`` visible after commit number ``sequence``, oldest first.

    Iceberg keeps the number of the commit beside every file, so the answer does not depend on whether the snapshots
    themselves were expired since. A scope that is empty now was not published since, whatever happened in between.
    """
    snapshot = table.current_snapshot()
    if snapshot is None or table.metadata.last_sequence_number <= sequence:
        return []
    current = {task.file.file_path for task in table.scan(row_filter=scope.expression()).plan_files()}
    newer = {
        (entry.sequence_number, entry.snapshot_id)
        for manifest in snapshot.manifests(table.io)
        if manifest.sequence_number > sequence
        for entry in manifest.fetch_manifest_entry(table.io)
        if entry.sequence_number > sequence and entry.data_file.file_path in current
    }
    return [snapshot_id for _, snapshot_id in sorted(newer)]


def snapshot_with(table: Table, name: str, value: str) -> int | None:
    """The snapshot in the current history whose provenance has ``name`` = ``value``; None if there is none."""
    from pyiceberg.table.snapshots import ancestors_of

    for snapshot in ancestors_of(table.current_snapshot(), table.metadata):
        recorded = snapshot.summary.additional_properties if snapshot.summary else {}
        if recorded.get(PROPERTY_PREFIX + name) == value:
            return int(snapshot.snapshot_id)
    return None


def rows_of(table: Table, scope: Scope, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The current rows of ``scope``; for small tables."""
    found: list[dict[str, Any]] = (
        table.scan(row_filter=scope.expression(), selected_fields=tuple(columns)).to_arrow().to_pylist()
    )
    return found


class TableMoved(Exception):
    """Another writer published since the table was read; read it again and decide anew."""


def unmoved_since(snapshot_id: int | None) -> Guard:
    """A guard that raises TableMoved unless the table is still at ``snapshot_id``; None: nothing was ever published."""

    def guard(table: Table) -> None:
        current = table.current_snapshot()
        if (current.snapshot_id if current else None) != snapshot_id:
            raise TableMoved

    return guard
