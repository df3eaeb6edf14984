"""Results of expectations as a table of the lake: what SQL can ask, and what Data Docs are built from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.partitions import Values
from platform_assets.quality.expectations.outcome import Outcome

ALL = "all"

EXPECTATION_RESULTS = TableSpec(
    "platform.expectation_results",
    (
        ColumnSpec("table", "string", False, "Table whose rows were judged."),
        ColumnSpec("partition", "string", False, "Partition that was judged; 'all' for unpartitioned tables."),
        ColumnSpec("snapshot_id", "long", True, "Snapshot that published the rows; missing while they are refused."),
        ColumnSpec("run_id", "string", False, "Run that judged them."),
        ColumnSpec("judged_at", "timestamp", False, "When (UTC)."),
        ColumnSpec("expectation", "string", False, "Name of the expectation's asset check."),
        ColumnSpec("success", "boolean", False, "Whether it holds."),
        ColumnSpec("blocking", "boolean", False, "Whether a failure refuses the partition."),
        ColumnSpec("unexpected_rows", "long", True, "Rows that broke it; missing if it judges no single rows."),
        ColumnSpec("observed", "string", False, "What was seen, in a few words."),
        ColumnSpec("answered_by", "string", False, "profile, or great_expectations."),
        ColumnSpec("result", "string", False, "JSON: the validation result of Great Expectations."),
        ColumnSpec("released_by", "string", True, "Who published refused rows all the same; missing if nobody had to."),
        ColumnSpec("release_reason", "string", True, "Why."),
        ColumnSpec("released_at", "timestamp", True, "When (UTC)."),
    ),
    (("table", "identity"), ("partition", "identity")),
)

_TYPES = {"string": pa.string(), "long": pa.int64(), "boolean": pa.bool_(), "timestamp": pa.timestamp("us", tz="UTC")}


@dataclass(frozen=True)
class StoredResults:
    """The results of one partition: of the newest attempt to publish it.

    Attributes:
        released: who published the rows in spite of these results, and why; empty if nobody had to.
    """

    table: str
    partition: str
    run_id: str
    judged_at: datetime
    published: bool
    results: list[dict[str, Any]]
    released: str = ""


def result_rows(
    outcomes: Sequence[Outcome], table: str, partition: str | None, snapshot_id: int | None, run_id: str
) -> pa.Table:
    """The rows of one partition: one per expectation."""
    origin = {
        "table": table,
        "partition": partition or ALL,
        "snapshot_id": snapshot_id,
        "run_id": run_id,
        "judged_at": datetime.now(UTC),
    }
    rows = [
        {
            **origin,
            "expectation": outcome.name,
            "success": outcome.passed,
            "blocking": outcome.blocking,
            "unexpected_rows": outcome.unexpected_rows,
            "observed": outcome.observed,
            "answered_by": outcome.answered_by,
            "result": json.dumps(outcome.result, ensure_ascii=False),
        }
        for outcome in outcomes
    ]
    schema = pa.schema([pa.field(column.name, _TYPES[column.type]) for column in EXPECTATION_RESULTS.columns])
    return pa.Table.from_pylist(rows, schema=schema)


def read_results(lake: Lake, table: str) -> list[StoredResults]:
    """The results of every partition of a table, in the order of the partitions; none if nothing was judged."""
    if not lake.exists(EXPECTATION_RESULTS.name):
        return []
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in lake.read(EXPECTATION_RESULTS.name, Values((("table", table),))).to_pylist():
        parts.setdefault(row["partition"], []).append(row)
    return [_stored(table, partition, parts[partition]) for partition in sorted(parts)]


def _stored(table: str, partition: str, rows: Sequence[dict[str, Any]]) -> StoredResults:
    first = rows[0]
    return StoredResults(
        table=table,
        partition=partition,
        run_id=first["run_id"],
        judged_at=first["judged_at"],
        published=first["snapshot_id"] is not None,
        results=[json.loads(row["result"]) for row in rows],
        # Missing in a table that was last written by an older release of the platform.
        released=f"{first['released_by']}: {first['release_reason']}" if first.get("released_by") else "",
    )
