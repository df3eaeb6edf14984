"""The way back: a new snapshot whose rows are those of an older one, so that nothing is lost by it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.lake.attempts import until_committed
from platform_assets.lake.changed_files import (
    ChangedFiles,
    changed_files,
    lies_within,
    partition_text,
)
from platform_assets.lake.history import ROLLED_BACK_TO
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.lake.publish import PROPERTY_PREFIX, PUBLISH_ID, confirmed
from platform_assets.lake.publisher import publisher_of_file
from platform_assets.lake.version_errors import NothingToRollBack, RollbackCutsFile

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from platform_assets.lake.partitions import Scope


@dataclass(frozen=True)
class Restored:
    """A partition that holds other rows since the rollback.

    Attributes:
        partition: as people write it; None if the table is not cut.
        rows: how many came back.
        published_by: the snapshot that once published these rows; None if there are none, or it is not kept.
    """

    partition: str | None
    rows: int
    published_by: int | None


@dataclass(frozen=True)
class Rollback:
    """What a rollback did: ``snapshot_id`` is the new snapshot, ``to`` the one whose rows it holds."""

    table: str
    snapshot_id: int
    to: int
    restored: tuple[Restored, ...]


def roll_back(
    table: Table, name: str, find: Callable[[], int], scope: Scope, provenance: Mapping[str, str]
) -> Rollback:
    """Put the files that an older snapshot had in ``scope`` back in place of those that are there now, in one commit.

    PyIceberg's own rollback only moves the current snapshot back, which records neither who nor why, and cannot do it
    for one partition. Here the files that differ are exchanged in a snapshot of its own, like any publish.

    Args:
        find: gives the older snapshot; asked again if another writer commits first, because it may have expired.
        scope: rows to roll back; every file has to lie within it or outside of it.
        provenance: stored on the snapshot, like that of a publish.

    Raises:
        NothingToRollBack: the rows are what they were.
        RollbackCutsFile: a file holds rows of the scope and others.
        PublishConflict: other writers kept committing first.
    """
    return until_committed(table, name, lambda: _exchange(table, name, find(), scope, provenance))


def _exchange(table: Table, name: str, to: int, scope: Scope, provenance: Mapping[str, str]) -> Rollback:
    current = table.metadata.current_snapshot_id
    changed = changed_files(table, to, to if current is None else current, scope)
    if not changed.only_before and not changed.only_after:
        raise NothingToRollBack(name, to, provenance.get("partition"))
    _require_whole_files(table, name, changed, scope)
    publish_id = uuid.uuid4().hex
    facts = {**provenance, ROLLED_BACK_TO: str(to)}
    summary = {PUBLISH_ID: publish_id} | {PROPERTY_PREFIX + key: value for key, value in facts.items()}

    def commit() -> None:
        from platform_assets.lake.requirements import require_snapshots
        from platform_assets.lake.swap import swap_files

        with table.transaction() as transaction:
            leaving, returning = ([live.file for live in side] for side in (changed.only_after, changed.only_before))
            swap_files(transaction, leaving, returning, summary)
            # If it expires meanwhile, its files are about to be deleted.
            require_snapshots(transaction, [to])

    made = confirmed(table, publish_id, commit)
    return Rollback(name, made.snapshot_id, to, _restored(table, changed, scope))


def _require_whole_files(table: Table, name: str, changed: ChangedFiles, scope: Scope) -> None:
    if scope == WHOLE_TABLE:
        return
    for live in (*changed.only_before, *changed.only_after):
        if not lies_within(table, live.file, scope):
            raise RollbackCutsFile(name, live.file.file_path)


def _restored(table: Table, changed: ChangedFiles, scope: Scope) -> tuple[Restored, ...]:
    partitions = {partition_text(table, live.file) for live in (*changed.only_before, *changed.only_after)}
    result = []
    for partition in sorted(partitions, key=lambda text: text or ""):
        back = [live for live in changed.only_before if partition_text(table, live.file) == partition]
        publisher = publisher_of_file(table, back[0], scope) if back else None
        result.append(Restored(partition, sum(live.file.record_count for live in back), publisher))
    return tuple(result)
