"""Profiles as a table of the lake: plain statistics that anyone can query, and the sketch that any window merges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

import pyarrow as pa

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.quality.profile import PROFILE_ROW_SCHEMA, TableProfile, profile_rows
from platform_assets.quality.profile.table import merge_profiles
from platform_assets.quality.profile_blocks import ByPartition, Nodes
from platform_assets.quality.profile_files import current_files, decoded, read_files, rows_by

ALL = "all"
#: Which partitions: their names, or a tuple of the first and the last of a range.
Window = Sequence[str] | Set[str] | tuple[str, str]
_LAKE_TYPES = {
    pa.string(): "string",
    pa.int64(): "long",
    pa.float64(): "double",
    pa.binary(): "binary",
    pa.bool_(): "boolean",
}

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
    return profile(lake, table, [partition or ALL for partition in partitions])


def profile(
    lake: Lake, table: str, window: Window | None = None, *, columns: Sequence[str] | None = None
) -> TableProfile | None:
    """The profile of all rows of a window of a table, merged from stored profiles; reads no data of the table.

    Args:
        table: full name of a table.
        window: names of partitions; or a tuple of the first and the last of a range in order of their names, both
            included; by default all profiled partitions. Partitions without a profile are left out.
        columns: columns to decode; by default all. One that no partition has is left out.

    Returns:
        The same bytes as profiling all these rows at once would give; None if none of the partitions has a profile.
    """
    files = _files(lake, table)
    wanted = _within(files, window)
    if not wanted:
        return None
    found, rest = Nodes(lake, table, files, columns).covering(wanted)
    alone = profiles_in(lake, {name: files[name] for name in rest}, columns)
    return merge_profiles([*found, *alone.values()])


def read_profiles(
    lake: Lake, table: str, partitions: Window | None = None, columns: Sequence[str] | None = None
) -> dict[str, TableProfile]:
    """The profile of every profiled partition of a table, by partition in order; none if nothing was profiled.

    Args:
        partitions: names of partitions, or a tuple of the first and the last of a range; by default all.
        columns: columns to read; by default all.
    """
    files = _files(lake, table)
    wanted = _within(files, partitions)
    found = Nodes(lake, table, files, columns).single(wanted)
    found |= profiles_in(lake, {name: files[name] for name in wanted if name not in found}, columns)
    return dict(sorted(found.items()))


def profiled_partitions(lake: Lake, table: str) -> list[str]:
    """Names of the partitions of a table that have a stored profile, in order; opens no file of profiles."""
    return sorted(_files(lake, table))


def profiles_in(lake: Lake, files: ByPartition, columns: Sequence[str] | None = None) -> dict[str, TableProfile]:
    """Profiles by partition, from the `files` of the profile table that hold them."""
    if not files:
        return {}
    locations = [location for name in sorted(files) for location in files[name]]
    rows = read_files(lake, locations, ["partition", "table_rows", "column", "sketch"])
    return {name: decoded(found, columns) for name, found in rows_by("partition", rows)}


def _files(lake: Lake, table: str) -> dict[str, tuple[str, ...]]:
    return {partition: found for (_, partition), found in current_files(lake, PROFILES.name, table).items()}


def _within(files: ByPartition, window: Window | None) -> list[str]:
    if isinstance(window, tuple):
        first, last = window
        return [name for name in files if first <= name <= last]
    return list(files) if window is None else [name for name in set(window) if name in files]
