"""What versions recorded that have expired: retention forgets the rows that nobody can see any more, not their origin.

A month's rows stay in a table for years, the version that published them for a month. Its run, code commit, contract
version, input snapshots and source checksum would be lost with it, and with them the origin of rows that are still
there. So they are noted in ``platform.expired_versions`` before a version expires; `platform explain` reads them.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.history import Version
from platform_assets.lake.partitions import Values
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.retention import expired_snapshots
from platform_assets.lake.table_state import snapshot_states

EXPIRED_VERSIONS = TableSpec(
    "platform.expired_versions",
    (
        ColumnSpec("table", "string", False, "Table whose version expired."),
        ColumnSpec("snapshot_id", "long", False, "Its snapshot."),
        ColumnSpec("committed_at", "timestamp", False, "When it was published (UTC)."),
        ColumnSpec("operation", "string", False, "What it did: added, replaced, removed or rolled back."),
        ColumnSpec("rows_added", "long", False, "Rows of the files that came."),
        ColumnSpec("rows_removed", "long", False, "Rows of the files that left."),
        ColumnSpec("rows", "long", False, "Rows of the whole table since then."),
        ColumnSpec("facts", "string", False, "Everything that the publish recorded, as JSON."),
        ColumnSpec("noted_by", "string", False, "Identifies the retention that noted it."),
    ),
)


def note_expiring(lake: Lake, table: str, policy: RetentionPolicy, now: datetime, run_id: str) -> int:
    """Note the versions of ``table`` that ``policy`` lets go of at ``now``; returns how many.

    The platform's own tables are left out, as nothing is explained from them. A version that is noted twice, because
    a retention died before it let go of it, is read once.
    """
    import pyarrow as pa

    if table.startswith("platform."):
        return 0
    going = set(expired_snapshots(snapshot_states(lake.iceberg(table)), policy, now))
    versions = [version for version in lake.versions(table).history() if version.snapshot_id in going]
    if versions:
        noted_by = uuid.uuid4().hex
        rows = pa.Table.from_pylist([{**_row(version), "table": table, "noted_by": noted_by} for version in versions])
        lake.publish_rows(EXPIRED_VERSIONS, Values((("noted_by", noted_by),)), rows, {"run-id": run_id})
    return len(versions)


def expired_versions(lake: Lake, table: str) -> dict[int, Version]:
    """The expired versions of ``table`` that were noted, by snapshot."""
    if not lake.exists(EXPIRED_VERSIONS.name):
        return {}
    rows = lake.read(EXPIRED_VERSIONS.name, Values((("table", table),))).to_pylist()
    return {
        row["snapshot_id"]: Version(
            **{name: row[name] for name in ("snapshot_id", "committed_at", "operation")},
            **{name: row[name] for name in ("rows_added", "rows_removed", "rows")},
            tags=(),
            current=False,
            facts=json.loads(row["facts"]),
        )
        for row in rows
    }


def _row(version: Version) -> dict[str, object]:
    names = ("snapshot_id", "committed_at", "operation", "rows_added", "rows_removed", "rows")
    return {**{name: getattr(version, name) for name in names}, "facts": json.dumps(dict(version.facts))}
