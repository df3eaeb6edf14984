"""Versions of a table as Dagster shows them: its history beside a materialisation, and a rollback as an event."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from platform_assets.lake.history import Version
from platform_assets.lake.rollback import Restored, Rollback
from platform_assets.quality.contract import Contract

# Under which Dagster finds the data version of an event that no run made.
DATA_VERSION_TAG = "dagster/data_version"
# Materialisations of a partition among which the one that once published the restored rows is looked for.
REMEMBERED = 200


def history_metadata(table: str, recent: Sequence[Version]) -> dict[str, dg.MetadataValue]:
    """The newest versions of a table, and the command that shows all of them."""
    lines = ["| snapshot | time (UTC) | operation | partition | rows | run |", "|---|---|---|---|---|---|"]
    for version in recent:
        rows = f"+{version.rows_added} -{version.rows_removed}"
        moment = f"{version.committed_at:%Y-%m-%d %H:%M:%S}"
        run = version.facts.get("run-id", "")[:8]
        lines.append(
            f"| {version.snapshot_id} | {moment} | {version.operation} | {version.partition or ''} | {rows} | {run} |"
        )
    command = f"`platform data history {table}` shows all, `platform data rollback {table}` goes back."
    return {"history": dg.MetadataValue.md("\n".join([*lines, "", command]))}


def report_rollback(instance: dg.DagsterInstance, contract: Contract, done: Rollback, *, who: str, reason: str) -> None:
    """Record a rollback as materialisations of the restored partitions, so that what reads them becomes stale.

    The data version is the one that these rows had when they were published, so that assets made of them then are
    fresh again.
    """
    for restored in done.restored:
        partition = restored.partition if contract.partitions else None
        instance.report_runless_asset_event(
            dg.AssetMaterialization(
                asset_key=contract.name,
                partition=partition,
                description=f"Rolled back to snapshot {done.to} by {who}: {reason}",
                metadata={
                    "dagster/row_count": restored.rows,
                    "snapshot": str(done.snapshot_id),
                    "rolled back to": str(done.to),
                    "who": who,
                    "reason": reason,
                },
                tags={DATA_VERSION_TAG: _data_version(instance, contract.name, partition, restored, done)},
            )
        )


def _data_version(
    instance: dg.DagsterInstance, asset: str, partition: str | None, restored: Restored, done: Rollback
) -> str:
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[partition] if partition else None),
        limit=REMEMBERED,
    ).records
    for record in records:
        found = record.asset_materialization
        snapshot = found.metadata.get("snapshot") if found else None
        if found and snapshot is not None and snapshot.value == str(restored.published_by):
            return (found.tags or {}).get(DATA_VERSION_TAG, f"snapshot-{restored.published_by}")
    return f"snapshot-{done.snapshot_id}"
