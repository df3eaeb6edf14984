"""Profiles as a table of the lake: plain statistics that anyone can query, and the sketch that any window merges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.partitions import Values
from platform_assets.quality.profile import PROFILE_ROW_SCHEMA, TableProfile, profile_from_rows, profile_rows
from platform_assets.quality.profile.table import merge_profiles

ALL = "all"
_LAKE_TYPES = {pa.string(): "string", pa.int64(): "long", pa.float64(): "double", pa.binary(): "binary"}

PROFILES = TableSpec(
    "platform.profiles",
    (
        ColumnSpec("table", "string", False, "Table that was profiled."),
        ColumnSpec("partition", "string", False, "Partition that was profiled; 'all' for unpartitioned tables."),
        ColumnSpec("snapshot_id", "long", False, "Snapshot that published the rows."),
        ColumnSpec("run_id", "string", False, "Run that published the rows."),
        ColumnSpec("table_rows", "long", False, "Rows of the partition."),
        *(
            ColumnSpec(field.name, _LAKE_TYPES[field.type], field.nullable)  # type: ignore[arg-type]
            for field in PROFILE_ROW_SCHEMA
        ),
    ),
    (("table", "identity"), ("partition", "identity")),
)


def profile_table_rows(
    profile: TableProfile, table: str, partition: str | None, snapshot_id: int, run_id: str
) -> pa.Table:
    """The rows of one partition's profile: one per profiled column."""
    origin = {
        "table": table,
        "partition": partition or ALL,
        "snapshot_id": snapshot_id,
        "run_id": run_id,
        "table_rows": profile.rows,
    }
    schema = pa.schema([pa.field(name, pa.string()) for name in ("table", "partition")])
    schema = schema.append(pa.field("snapshot_id", pa.int64())).append(pa.field("run_id", pa.string()))
    schema = pa.schema([*schema, pa.field("table_rows", pa.int64()), *PROFILE_ROW_SCHEMA])
    return pa.Table.from_pylist([{**origin, **row} for row in profile_rows(profile)], schema=schema)


def profile_partition(table: str, partition: str | None) -> str:
    """How the history of the profile table names the profile of a partition."""
    return f"{table}/{partition or ALL}"


def read_profile(lake: Lake, table: str, partitions: Iterable[str | None]) -> TableProfile | None:
    """The merged profile of any partitions of a table, from stored profiles alone; None if none of them has one."""
    known = read_profiles(lake, table)
    found = [known[name] for name in (partition or ALL for partition in partitions) if name in known]
    return merge_profiles(found) if found else None


def read_profiles(lake: Lake, table: str) -> dict[str, TableProfile]:
    """The profile of every profiled partition of a table, by partition in order; none if nothing was profiled."""
    if not lake.exists(PROFILES.name):
        return {}
    columns = ["partition", "table_rows", "column", "sketch"]
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in lake.read(PROFILES.name, Values((("table", table),)), columns=columns).to_pylist():
        parts.setdefault(row["partition"], []).append(row)
    return {name: profile_from_rows(parts[name], parts[name][0]["table_rows"]) for name in sorted(parts)}
