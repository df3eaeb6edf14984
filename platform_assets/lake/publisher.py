"""Which publish the rows of a table come from, whatever brought them back or merged their files since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_assets.lake.changed_files import LiveFile, added_by, live_files
from platform_assets.lake.history import ROLLED_BACK_TO, UPKEEP, recorded

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from platform_assets.lake.partitions import Scope


def publisher_of(table: Table, snapshot_id: int, scope: Scope) -> int | None:
    """The snapshot that published the rows which one partition (``scope``) has in ``snapshot_id``.

    Returns:
        None if the partition has no file there, or its publish cannot be told because a version on the way expired.
        The snapshot itself may have expired; its number is then all that is known of it.
    """
    held = live_files(table, snapshot_id, scope)
    return publisher_of_file(table, held[0], scope) if held else None


def adder_of(table: Table, snapshot_id: int, scope: Scope) -> int | None:
    """The commit that put the files of one partition into the table, be it a publish or one that brought them back.

    Returns:
        None if the partition has no file in ``snapshot_id``, or its files came by more than one commit.
    """
    adders = {live.added_by for live in live_files(table, snapshot_id, scope)}
    return adders.pop() if len(adders) == 1 else None


def publisher_of_file(table: Table, live: LiveFile, scope: Scope) -> int | None:
    """The snapshot that published the file's rows; those that brought them back or merged files are followed."""
    found: int | None = live.added_by
    while found is not None:
        source = _source(table.metadata.snapshot_by_id(found))
        if source is None:
            return found
        found = added_by(table, source, live.file.partition, scope)
    return None


def _source(snapshot: Snapshot | None) -> int | None:
    """The snapshot from which another one took rows that had been published before; None for a publish."""
    if snapshot is None:
        return None
    facts = recorded(snapshot)
    if ROLLED_BACK_TO in facts:
        return int(facts[ROLLED_BACK_TO])
    return snapshot.parent_snapshot_id if UPKEEP in facts else None
