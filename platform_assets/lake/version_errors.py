"""What can be wrong with a wish for an older version; each message lists what there is instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from platform_assets.lake.errors import LakeError


class SnapshotNotFound(LakeError):
    """The table has no such snapshot, or no longer."""

    def __init__(self, table: str, snapshot_id: int, newest: Sequence[int], oldest: datetime | None) -> None:
        held = ", ".join(map(str, newest)) or "none"
        since = "" if oldest is None else f" Snapshots before {oldest:%Y-%m-%d %H:%M:%S} UTC are not kept."
        super().__init__(
            f"Table '{table}' has no snapshot {snapshot_id}: it never had it, or it has expired.{since} "
            f"Choose one of its history, newest first: {held}."
        )


class TagNotFound(LakeError):
    """The table has no such tag."""

    def __init__(self, table: str, tag: str, tags: Iterable[str]) -> None:
        held = ", ".join(sorted(tags)) or "none yet"
        super().__init__(f"Table '{table}' has no tag '{tag}'. Choose one of its tags: {held}.")


class PartitionNotKnown(LakeError):
    """A text that names no partition of the table."""

    def __init__(self, table: str, partition: str, reason: str) -> None:
        super().__init__(f"Table '{table}' has no partition '{partition}': {reason}.")


class TagNotUsable(LakeError):
    """A name that cannot be told from another version."""

    def __init__(self, tag: str) -> None:
        super().__init__(
            f"'{tag}' cannot name a snapshot: a tag is a word that is no number, no time and not 'main'. "
            "Choose another, for example audit-2013."
        )


class NoVersionAt(LakeError):
    """At that time the table had no version, or one that is not kept."""

    def __init__(self, table: str, moment: datetime, oldest: datetime, *, expired: bool) -> None:
        reason = "the version of that time has expired" if expired else "nothing had been published"
        super().__init__(
            f"Table '{table}' cannot be read as of {moment:%Y-%m-%d %H:%M:%S} UTC: {reason}. "
            f"Choose a time from {oldest:%Y-%m-%d %H:%M:%S} UTC on, a snapshot of its history, or a tag."
        )


class TimeWithoutZone(LakeError):
    """A time that means different moments in different places."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(f"The time {moment} has no time zone. Give it one, for example tzinfo=UTC.")


class NothingToRollBack(LakeError):
    """The table holds exactly those files already."""

    def __init__(self, table: str, snapshot_id: int, partition: str | None) -> None:
        what = f"partition {partition} of table '{table}'" if partition else f"table '{table}'"
        super().__init__(
            f"Nothing to roll back: {what} is already as it was in snapshot {snapshot_id}. Choose another snapshot."
        )


class RollbackCutsFile(LakeError):
    """A file holds rows of the partition and of others."""

    def __init__(self, table: str, file: str) -> None:
        super().__init__(
            f"Table '{table}' cannot be rolled back for these rows alone: the file {file} holds other rows too, and a "
            "rollback restores whole files. Roll back the whole table, or publish the partition again."
        )


class KeysDoNotFit(LakeError):
    """Columns that cannot tell which row of one version is which of the other."""

    def __init__(self, table: str, keys: Sequence[str], reason: str) -> None:
        super().__init__(
            f"Versions of table '{table}' cannot be compared by {', '.join(keys) or 'no column'}: {reason}. "
            "Name the columns that together identify a row."
        )
