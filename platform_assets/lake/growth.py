"""What keeps a table of thousands of publishes as quick as a new one: bounded history, and metadata copied once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyiceberg.table import Transaction
    from pyiceberg.table.metadata import TableMetadata

    from platform_assets.lake.schema import TableSpec

# Every reader and writer parses the list of snapshots, about 1 KB each; see benchmarks/lake.py. Tagged ones stay.
MOST_VERSIONS = 300
# So many go at once, so that few commits pay for it.
FORGOTTEN_AT_ONCE = 30

TABLE_PROPERTIES = {
    # A lost race must plan its delete again, see publish_files.
    "commit.retry.num-retries": "0",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    # Lists of files are merged up to a size that is quick to read: enough of them to skip most, few enough to look at.
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.target-size-bytes": str(32 * 1024),
}


def table_properties(spec: TableSpec) -> dict[str, str]:
    """Properties of a new table.

    A table that is cut keeps bounds of the columns that cut it, which is what finds the files of a partition; bounds of
    every column would only make the lists of files longer to read.
    """
    if not spec.partition_by:
        return TABLE_PROPERTIES
    bounds = {f"write.metadata.metrics.column.{column}": "full" for column, _ in spec.partition_by}
    return {**TABLE_PROPERTIES, "write.metadata.metrics.default": "none", **bounds}


def forget_oldest_versions(transaction: Transaction) -> None:
    """Let ``transaction`` also expire the oldest untagged snapshots, if the table keeps more than MOST_VERSIONS."""
    # Counted without the one that the transaction adds: working out what it leaves is dear, and rarely needed here.
    if len(transaction._table.metadata.snapshots) < MOST_VERSIONS:
        return
    from pyiceberg.table.update.snapshot import ExpireSnapshots

    from platform_assets.lake.requirements import require_snapshots

    metadata = transaction.table_metadata
    named = {ref.snapshot_id for ref in metadata.refs.values()}
    unnamed = [snapshot for snapshot in metadata.snapshots if snapshot.snapshot_id not in named]
    unnamed.sort(key=lambda snapshot: snapshot.timestamp_ms)
    if len(unnamed) <= FORGOTTEN_AT_ONCE:
        return
    oldest_kept = unnamed[FORGOTTEN_AT_ONCE].timestamp_ms
    forgotten = [snapshot.snapshot_id for snapshot in unnamed if snapshot.timestamp_ms < oldest_kept]
    ExpireSnapshots(transaction).older_than(datetime.fromtimestamp(oldest_kept / 1000, UTC)).commit()
    require_snapshots(transaction, forgotten, unnamed=True)


def share_snapshots() -> None:
    """Let copies of a table's metadata share its snapshots and schemas, and a transaction copy it once a step.

    PyIceberg copies all metadata about twenty times per commit, snapshot by snapshot and column by column, which made
    up most of a publish from a hundred snapshots on. The objects are frozen, so nobody can tell a shared one from a
    copy.
    """
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.table import Transaction
    from pyiceberg.table.snapshots import MetadataLogEntry, Snapshot, SnapshotLogEntry

    for frozen in (Snapshot, SnapshotLogEntry, MetadataLogEntry, Schema, PartitionSpec):
        frozen.__deepcopy__ = _itself
    Transaction.table_metadata = property(_metadata_of)


def _itself(frozen: Any, _memo: Any = None) -> Any:
    return frozen


def _metadata_of(transaction: Transaction) -> TableMetadata:
    """The metadata that the transaction would leave; made anew only when it was given something else to do."""
    from pyiceberg.table.update import update_table_metadata

    base, updates = transaction._table.metadata, transaction._updates
    known = transaction.__dict__.get("_known")
    if known is None or known[0] is not base or known[1] is not updates:
        known = transaction._known = base, updates, update_table_metadata(base, updates)
    metadata: TableMetadata = known[2]
    return metadata
