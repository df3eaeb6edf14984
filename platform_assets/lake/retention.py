"""What a table may let go of: pure planning from its state and its policy; nothing here touches a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from platform_assets.lake.footprint import Footprint, footprint
from platform_assets.lake.orphans import orphans
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.store import FileInfo
from platform_assets.lake.table_state import LiveFile, SnapshotState, TableState

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class RetentionPlan:
    """What a policy asks for on one table at one moment.

    Attributes:
        expired: months whose rows go, oldest first.
        expired_files: the files of those months.
        compacted: groups of small files of one partition, each to become one file.
        snapshots: snapshots that can no longer be read afterwards.
        orphans: files that no snapshot refers to, for longer than the grace time.
        before: bytes of the table as it is.
        after: bytes once the plan is carried out and the versions that it replaced have run out too.
    """

    table: str
    policy: RetentionPolicy
    expired: tuple[str, ...]
    expired_files: tuple[LiveFile, ...]
    compacted: tuple[tuple[LiveFile, ...], ...]
    snapshots: tuple[int, ...]
    orphans: tuple[str, ...]
    before: Footprint
    after: Footprint

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.expired or self.compacted or self.snapshots or self.orphans)


def plan_retention(state: TableState, policy: RetentionPolicy, now: datetime) -> RetentionPlan:
    """What ``policy`` asks for on a table in ``state``."""
    expired = expired_months(state, policy, now)
    stays = [file for file in state.live if file.month not in expired]
    archived_before = policy.archived_before(now)
    return RetentionPlan(
        table=state.table,
        policy=policy,
        expired=expired,
        expired_files=tuple(file for file in state.live if file.month in expired),
        compacted=small_files(stays, state.named, policy),
        snapshots=expired_snapshots(state.snapshots, policy, now),
        orphans=tuple(file.location for file in orphans(state.stored, state.reachable, now - policy.grace)),
        before=footprint(state.stored, state.reachable, state.named, archived_before),
        after=footprint(_left(state, stays, policy, now), state.reachable, state.named, archived_before),
    )


def expired_months(state: TableState, policy: RetentionPolicy, now: datetime) -> tuple[str, ...]:
    """Months that ended at least ``expire_after_months`` before the month it is counted from, oldest first.

    Counted from ``today`` that is the current month; from ``newest_partition`` it is the month after the newest one,
    so that exactly the newest ``expire_after_months`` partitions stay.
    """
    months = sorted({file.month for file in state.live if file.month is not None})
    if policy.expire_after_months is None or not months:
        return ()
    reference = _number(months[-1]) + 1 if policy.counted_from == "newest_partition" else _number(f"{now:%Y-%m}")
    return tuple(month for month in months if reference - (_number(month) + 1) >= policy.expire_after_months)


def expired_snapshots(snapshots: Iterable[SnapshotState], policy: RetentionPolicy, now: datetime) -> tuple[int, ...]:
    """Snapshots that have neither a name nor been current within ``policy.history``; the current one has a name."""
    oldest = now - policy.history
    return tuple(
        snapshot.snapshot_id
        for snapshot in snapshots
        if not snapshot.names and snapshot.superseded_at is not None and snapshot.superseded_at <= oldest
    )


def small_files(
    live: Iterable[LiveFile], named: frozenset[str], policy: RetentionPolicy
) -> tuple[tuple[LiveFile, ...], ...]:
    """Groups of more than ``policy.small_files`` small files of one partition, each group about one large file.

    Files of a tagged snapshot are left alone: the tag keeps them, so a merged copy would only add bytes.
    """
    by_partition: dict[tuple[object, ...], list[LiveFile]] = defaultdict(list)
    for file in sorted(live, key=lambda file: file.location):
        if file.bytes < policy.small_bytes and file.location not in named:
            by_partition[file.partition].append(file)
    return tuple(
        tuple(group)
        for files in by_partition.values()
        for group in _groups(files, policy.target_bytes)
        if len(group) > policy.small_files
    )


def _groups(files: Sequence[LiveFile], target: int) -> Iterable[list[LiveFile]]:
    group: list[LiveFile] = []
    for file in files:
        if group and sum(each.bytes for each in group) + file.bytes > target:
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def _left(state: TableState, stays: Sequence[LiveFile], policy: RetentionPolicy, now: datetime) -> list[FileInfo]:
    """Stored files that are still there once replaced versions have run out; a merged file counts as its parts."""
    kept = {file.location for file in stays} | state.named | state.head_metadata
    in_flight = now - policy.grace
    return [
        file
        for file in state.stored
        if file.location in kept or (file.location not in state.reachable and file.modified > in_flight)
    ]


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * MONTHS_A_YEAR + int(number)
