"""Rolling back a table: its rows, and the stored profiles that say what these rows look like."""

from __future__ import annotations

from platform_assets.lake import Lake
from platform_assets.lake.history import ROLLBACK_REASON, ROLLBACK_WHO
from platform_assets.lake.partitions import Values
from platform_assets.lake.rollback import Restored, Rollback
from platform_assets.lake.version_errors import NothingToRollBack
from platform_assets.lake.versions import AsOf
from platform_assets.pipeline.workspace import code_commit
from platform_assets.quality.profile_table import ALL, PROFILES, profile_partition

RUN = "rollback"


def roll_back(lake: Lake, table: str, to: AsOf, partition: str | None, *, who: str, reason: str) -> Rollback:
    """Make a table, or one partition of it, what it was; a new snapshot that records who did it and why.

    Afterwards every restored partition has the profile that was stored with its rows again, or none if that one has
    expired: a wrong profile would mislead drift reports, a missing one is noticed.

    Args:
        to: the older version: a snapshot, a tag, or a time with zone.
        partition: as people write it, for example ``2013-02``; None for the whole table.

    Raises:
        LakeError: no such table, version or partition, or nothing to roll back; nothing was changed.
    """
    versions = lake.versions(table)
    provenance = {"run-id": RUN, "code-commit": code_commit(), "partition": partition or ""}
    provenance |= {ROLLBACK_WHO: who, ROLLBACK_REASON: reason}
    done = versions.rollback(to, provenance, versions.scope(partition))
    if lake.exists(PROFILES.name):
        for restored in done.restored:
            _restore_profile(lake, table, restored, provenance)
    return done


def _restore_profile(lake: Lake, table: str, restored: Restored, provenance: dict[str, str]) -> None:
    partition = restored.partition or ALL
    scope = Values((("table", table), ("partition", partition)))
    properties = {**provenance, "partition": profile_partition(table, restored.partition)}
    snapshot = _profile_snapshot(lake, properties["partition"], scope, restored.published_by)
    if snapshot is None:
        lake.publish(PROFILES, scope, [], properties)
        return
    try:
        lake.versions(PROFILES.name).rollback(snapshot, properties, scope)
    except NothingToRollBack:
        return


def _profile_snapshot(lake: Lake, partition: str, scope: Values, published_by: int | None) -> int | None:
    """The snapshot of the profile table that held the profile of the rows that ``published_by`` published."""
    for version in lake.versions(PROFILES.name).history():
        if version.partition == partition:
            rows = lake.read(PROFILES.name, scope, columns=["snapshot_id"], as_of=version.snapshot_id)
            if published_by in rows["snapshot_id"].to_pylist():
                return version.snapshot_id
    return None
