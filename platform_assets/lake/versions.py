"""Versions of one table: its history, tags, differences, and the way back."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_assets.lake.attempts import until_committed
from platform_assets.lake.changed_files import partition_scope
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.history import Version, commits, moment_of, versions
from platform_assets.lake.partitions import WHOLE_TABLE, Scope
from platform_assets.lake.rollback import Rollback, roll_back
from platform_assets.lake.version_errors import (
    NoVersionAt,
    SnapshotNotFound,
    TagNotFound,
    TagNotUsable,
    TimeWithoutZone,
)

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from platform_assets.lake.diff import Difference

AsOf = int | str | datetime
LISTED = 5


def as_version(text: str) -> AsOf:
    """What a text means: a snapshot if it is a number, a time (UTC unless it names a zone), or else a tag."""
    if text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Versions:
    """The versions of the table ``name``; get it from :meth:`Lake.versions`."""

    name: str
    table: Table

    @property
    def current(self) -> int:
        """The current snapshot."""
        return int(self.table.metadata.current_snapshot_id or 0)

    @property
    def columns(self) -> list[str]:
        """The columns of the current version."""
        return [str(name) for name in self.table.schema().column_names]

    def history(self, limit: int | None = None) -> list[Version]:
        """The versions that the table keeps, newest first."""
        return list(itertools.islice(versions(self.table.metadata), limit))

    def snapshot(self, as_of: AsOf) -> int:
        """The snapshot that ``as_of`` means: a snapshot itself, a tag, or the time (with zone) at which it was current.

        Raises:
            SnapshotNotFound, TagNotFound, NoVersionAt, TimeWithoutZone: there is no such version.
        """
        if isinstance(as_of, datetime):
            return self._at(as_of)
        if isinstance(as_of, int):
            return self._held(as_of)
        tags = self.tags()
        if as_of not in tags:
            raise TagNotFound(self.name, as_of, tags)
        return tags[as_of]

    def scope(self, partition: str | None) -> Scope:
        """The rows of a partition as people write it, for example ``2013-02``; all rows for None."""
        return partition_scope(self.table, self.name, partition)

    def published_by(self, snapshot_id: int, partition: str | None) -> int | None:
        """The snapshot that published a partition's rows of ``snapshot_id``, see :mod:`lake.publisher`."""
        from platform_assets.lake.publisher import publisher_of

        with told_as_store_failure(f"Looking up who published '{self.name}'"):
            return publisher_of(self.table, snapshot_id, self.scope(partition))

    def added_by(self, snapshot_id: int, partition: str | None) -> int | None:
        """The commit that put a partition's files of ``snapshot_id`` into the table, see :mod:`lake.publisher`."""
        from platform_assets.lake.publisher import adder_of

        with told_as_store_failure(f"Looking up the files of '{self.name}'"):
            return adder_of(self.table, snapshot_id, self.scope(partition))

    def tags(self) -> dict[str, int]:
        """Tags and the snapshots that they name."""
        refs = self.table.metadata.refs.items()
        return {name: ref.snapshot_id for name, ref in refs if ref.snapshot_ref_type == "tag"}

    def tag(self, tag: str, as_of: AsOf) -> int:
        """Name a version, so that it can be read by that name and is kept; the same tag again moves it."""
        if as_version(tag) != tag or not tag.strip() or tag == "main":
            raise TagNotUsable(tag)

        def commit() -> int:
            from pyiceberg.table.update.snapshot import ManageSnapshots

            from platform_assets.lake.requirements import require_snapshots

            snapshot_id = self.snapshot(as_of)
            with self.table.transaction() as transaction:
                ManageSnapshots(transaction).create_tag(snapshot_id, tag).commit()
                require_snapshots(transaction, [snapshot_id])
            return snapshot_id

        with told_as_store_failure(f"Tagging '{self.name}'"):
            return until_committed(self.table, self.name, commit)

    def untag(self, tag: str) -> None:
        """Take a name away; the version is then kept as long as any other."""

        def commit() -> None:
            if tag not in self.tags():
                raise TagNotFound(self.name, tag, self.tags())
            with self.table.manage_snapshots() as manage:
                manage.remove_tag(tag)

        with told_as_store_failure(f"Untagging '{self.name}'"):
            until_committed(self.table, self.name, commit)

    def diff(
        self, before: AsOf, after: AsOf, keys: Sequence[str], scope: Scope = WHOLE_TABLE, *, samples: int = LISTED
    ) -> Difference:
        """What changed from one version to another, see :func:`platform_assets.lake.diff.difference`."""
        old, new = self.snapshot(before), self.snapshot(after)
        # Arrow's functions take a while to import, and only a comparison needs them.
        from platform_assets.lake.diff import difference

        with told_as_store_failure(f"Comparing versions of '{self.name}'"):
            return difference(self.table, self.name, old, new, keys, scope, samples=samples)

    def rollback(self, to: AsOf, provenance: Mapping[str, str], scope: Scope = WHOLE_TABLE) -> Rollback:
        """Make the rows of ``scope`` what they were, see :func:`platform_assets.lake.rollback.roll_back`."""
        with told_as_store_failure(f"Rolling back '{self.name}'"):
            return roll_back(self.table, self.name, lambda: self.snapshot(to), scope, provenance)

    def _held(self, snapshot_id: int) -> int:
        snapshot = self.table.metadata.snapshot_by_id(snapshot_id)
        if snapshot is None:
            newest = [version.snapshot_id for version in self.history(LISTED)]
            kept = self._log()
            oldest = moment_of(kept[0]) if kept and _follows_expired(kept[0]) else None
            raise SnapshotNotFound(self.name, snapshot_id, newest, oldest)
        return snapshot_id

    def _at(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            raise TimeWithoutZone(moment)
        moment = moment.astimezone(UTC)
        log = self._log()
        place = max((number for number, one in enumerate(log) if moment_of(one) <= moment), default=None)
        if place is None:
            oldest = moment_of(log[0]) if log else moment
            raise NoVersionAt(self.name, moment, oldest, expired=bool(log) and _follows_expired(log[0]))
        found, later = log[place], log[place + 1 : place + 2]
        if later and not self._successive(found, later[0]):
            # Between the two there was another, which may have been the current one at that moment.
            raise NoVersionAt(self.name, moment, moment_of(later[0]), expired=True)
        return int(found.snapshot_id)

    def _log(self) -> list[Snapshot]:
        """Snapshots that were the current one, oldest first."""
        return [committed[-1] for committed in commits(self.table.metadata)]

    def _successive(self, first: Snapshot, second: Snapshot) -> bool:
        """Whether no commit between the two has expired."""
        committed = next(group for group in commits(self.table.metadata) if group[-1] is second)
        return (committed[0].sequence_number or 0) == (first.sequence_number or 0) + 1


def _follows_expired(oldest: Snapshot) -> bool:
    return (oldest.sequence_number or 0) > 1
