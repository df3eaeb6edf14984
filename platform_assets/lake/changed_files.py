"""Which data files tell two snapshots of a table apart; manifests that both have are not read."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.lake.partitions import WHOLE_TABLE, Scope, Values, month_window
from platform_assets.lake.version_errors import PartitionNotKnown

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile, ManifestFile
    from pyiceberg.table import Table
    from pyiceberg.typedef import Record


@dataclass(frozen=True)
class LiveFile:
    """A data file of a snapshot, and the snapshot that added it."""

    file: DataFile
    added_by: int


@dataclass(frozen=True)
class ChangedFiles:
    """Files that only one of two snapshots has."""

    only_before: list[LiveFile]
    only_after: list[LiveFile]


def changed_files(table: Table, before: int, after: int, scope: Scope) -> ChangedFiles:
    """Files that can hold rows of ``scope`` and belong to only one of the snapshots."""
    old, new = _manifests(table, before), _manifests(table, after)
    old_files = _live(table, [manifest for path, manifest in old.items() if path not in new], scope)
    new_files = _live(table, [manifest for path, manifest in new.items() if path not in old], scope)
    return ChangedFiles(
        only_before=[file for path, file in old_files.items() if path not in new_files],
        only_after=[file for path, file in new_files.items() if path not in old_files],
    )


def added_by(table: Table, snapshot_id: int, partition: Record, scope: Scope) -> int | None:
    """The snapshot that added the files that a partition has in ``snapshot_id``; None if it is not kept or has none."""
    live = live_files(table, snapshot_id, scope)
    return next((found.added_by for found in live if found.file.partition == partition), None)


def live_files(table: Table, snapshot_id: int, scope: Scope) -> list[LiveFile]:
    """The files of a snapshot that can hold rows of ``scope``; none if it is not kept."""
    return [*_live(table, _manifests(table, snapshot_id).values(), scope).values()]


def partition_text(table: Table, file: DataFile) -> str | None:
    """The partition of a file as people write it, for example ``2013-02``; None if the table is not cut."""
    spec, schema = table.metadata.specs()[file.spec_id], table.metadata.schema()
    values = [
        field.transform.to_human_string(schema.find_type(field.source_id), value)
        for field, value in zip(spec.fields, file.partition, strict=True)
    ]
    return "/".join(values) or None


def partition_scope(table: Table, name: str, partition: str | None) -> Scope:
    """The rows of a partition, written as in :func:`partition_text`; all rows for None.

    Raises:
        PartitionNotKnown: the table is not cut, or not like that.
    """
    spec, schema = table.metadata.spec(), table.metadata.schema()
    if partition is None:
        return WHOLE_TABLE
    if not spec.fields:
        raise PartitionNotKnown(name, partition, "the table is not cut. Leave the partition out")
    column = schema.find_column_name(spec.fields[0].source_id) or ""
    if str(spec.fields[0].transform) != "month":
        return Values(((column, partition),))
    try:
        return month_window(partition, column)
    except ValueError as error:
        raise PartitionNotKnown(name, partition, str(error).rstrip(".")) from None


def lies_within(table: Table, file: DataFile, scope: Scope) -> bool:
    """Whether the partition of a file alone says that all of its rows belong to ``scope``."""
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.expressions.visitors import residual_evaluator_of

    spec = table.metadata.specs()[file.spec_id]
    evaluator = residual_evaluator_of(spec, scope.expression(), True, table.metadata.schema())
    return bool(evaluator.residual_for(file.partition) == AlwaysTrue())


def _manifests(table: Table, snapshot_id: int) -> dict[str, ManifestFile]:
    snapshot = table.metadata.snapshot_by_id(snapshot_id)
    return {manifest.manifest_path: manifest for manifest in snapshot.manifests(table.io)} if snapshot else {}


def _live(table: Table, manifests: Iterable[ManifestFile], scope: Scope) -> dict[str, LiveFile]:
    from pyiceberg.table import ManifestGroupPlanner

    planner = ManifestGroupPlanner(table.metadata, table.io, scope.expression())
    entries = itertools.chain.from_iterable(planner.plan_manifest_entries(manifests))
    return {entry.data_file.file_path: LiveFile(entry.data_file, int(entry.snapshot_id or 0)) for entry in entries}
