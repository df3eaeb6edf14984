"""Carries out what a retention policy asks for, so that a crash between any two steps loses and hides nothing.

Commits come first, each complete in itself; files are deleted last, and only those that no snapshot refers to by then.
A run that died is therefore finished by the next one, which finds the rest without being told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from platform_assets.lake.attempts import until_committed
from platform_assets.lake.compaction import merge_files
from platform_assets.lake.exchange import exchange_files
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.footprint import Footprint, footprint
from platform_assets.lake.lake import Lake
from platform_assets.lake.orphans import delete_files, orphans
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.retention import RetentionPlan, expired_snapshots, plan_retention
from platform_assets.lake.table_state import read_state, snapshot_states

OPERATION = "retention"


@dataclass(frozen=True)
class RetentionResult:
    """What was done on one table.

    Attributes:
        plan: what was to be done.
        expired: months whose rows left the table.
        merged: small files that became part of a larger one.
        snapshots: how many snapshots can no longer be read.
        deleted: files deleted, and their bytes.
        now: bytes of the table afterwards; versions that were replaced just now still count.
    """

    plan: RetentionPlan
    expired: tuple[str, ...]
    merged: int
    snapshots: int
    deleted: int
    deleted_bytes: int
    now: Footprint


def plan_table(lake: Lake, table: str, policy: RetentionPolicy, now: datetime) -> RetentionPlan:
    """What ``policy`` asks for on ``table``; changes nothing. Raises TableNotFound."""
    with told_as_store_failure(f"Planning the retention of '{table}'"):
        return plan_retention(read_state(lake, table), policy, now)


def apply_retention(
    lake: Lake, table: str, policy: RetentionPolicy, now: datetime, provenance: Mapping[str, str]
) -> RetentionResult:
    """Carry out ``policy`` on ``table``: expire months, merge small files, expire snapshots, delete what is left over.

    Args:
        now: the moment from which ages are counted (UTC).
        provenance: recorded on every snapshot that this makes, with what was done.

    Raises:
        TableNotFound: nothing was ever published to it.
        PublishConflict: other writers kept committing first; what was done up to then stays done.
    """
    plan = plan_table(lake, table, policy, now)
    with told_as_store_failure(f"Retention of '{table}'"):
        expired = expire_months(lake, plan, provenance)
        merged = merge_small_files(lake, plan, provenance)
        snapshots = expire_snapshots(lake, table, policy, now)
        deleted, deleted_bytes, left = delete_orphans(lake, table, policy, now)
    return RetentionResult(plan, expired, merged, snapshots, deleted, deleted_bytes, left)


def expire_months(lake: Lake, plan: RetentionPlan, provenance: Mapping[str, str]) -> tuple[str, ...]:
    """Take the rows of expired months out of the table, in one commit; tagged snapshots still have them.

    Nothing happens if one of their files was replaced since the plan was made: the next run looks at them again.
    """
    facts = {**provenance, OPERATION: f"expired {', '.join(plan.expired)}"}
    files = {file.location for file in plan.expired_files}
    if not files or not exchange_files(lake, lake.iceberg(plan.table), plan.table, files, [], facts):
        return ()
    return plan.expired


def merge_small_files(lake: Lake, plan: RetentionPlan, provenance: Mapping[str, str]) -> int:
    """Merge small files of a partition, a commit a group; returns how many files became part of another."""
    merged = 0
    for group in plan.compacted:
        facts = {**provenance, OPERATION: f"merged {len(group)} files"}
        merged += len(group) if merge_files(lake, plan.table, group, facts) else 0
    return merged


def expire_snapshots(lake: Lake, table: str, policy: RetentionPolicy, now: datetime) -> int:
    """Forget snapshots whose time has passed; one that is tagged while this runs is kept. Returns how many went."""
    from pyiceberg.table.update import RemoveSnapshotsUpdate

    from platform_assets.lake.requirements import require_snapshots

    loaded = lake.iceberg(table)

    def commit() -> int:
        ids = expired_snapshots(snapshot_states(loaded), policy, now)
        if ids:
            with loaded.transaction() as transaction:
                # As PyIceberg's expire_snapshots() does, which copies all metadata for every id: minutes for thousands.
                transaction._stage((RemoveSnapshotsUpdate(snapshot_ids=list(ids)),))
                require_snapshots(transaction, ids, unnamed=True)
        return len(ids)

    return until_committed(loaded, table, commit)


def delete_orphans(lake: Lake, table: str, policy: RetentionPolicy, now: datetime) -> tuple[int, int, Footprint]:
    """Delete files that no snapshot refers to and that are older than the grace time.

    Returns:
        How many files, their bytes, and the footprint of what is left.
    """
    state = read_state(lake, table)
    gone = orphans(state.stored, state.reachable, now - policy.grace)
    deleted = delete_files(lake, gone)
    left = set(state.stored) - set(gone)
    return len(gone), deleted, footprint(left, state.reachable, state.named, policy.archived_before(now))
