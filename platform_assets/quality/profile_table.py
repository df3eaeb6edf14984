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


class StoredProfiles:
    """The stored profiles of one table as they are now: files are listed once, however many windows are asked for.

    What was decoded with all its columns is kept, so that windows may overlap at no cost.

    Args:
        table: full name of a table; one that was never profiled has no partitions.
    """

    def __init__(self, lake: Lake, table: str) -> None:
        self._lake = lake
        self._files = {name: found for (_, name), found in current_files(lake, PROFILES.name, table).items()}
        self._nodes = Nodes(lake, table, self._files)
        self._decoded: dict[str, TableProfile] = {}

    @property
    def partitions(self) -> list[str]:
        """Names of the partitions that have a profile, in order."""
        return sorted(self._files)

    def merged(self, window: Window | None = None, columns: Sequence[str] | None = None) -> TableProfile | None:
        """The profile of all rows of a window; see :func:`profile`."""
        wanted = self._within(window)
        if not wanted:
            return None
        found, rest = self._nodes.covering(wanted, columns)
        return merge_profiles([*found, *self._alone(rest, columns).values()])

    def single(self, window: Window | None = None, columns: Sequence[str] | None = None) -> dict[str, TableProfile]:
        """The profile of every partition of a window, by partition in order; see :func:`read_profiles`."""
        wanted = self._within(window)
        found = self._nodes.single(wanted, columns)
        return dict(sorted((found | self._alone(set(wanted) - found.keys(), columns)).items()))

    def _alone(self, names: Iterable[str], columns: Sequence[str] | None) -> dict[str, TableProfile]:
        files = {name: self._files[name] for name in names}
        if columns is not None:
            return profiles_in(self._lake, files, columns)
        new = {name: found for name, found in files.items() if name not in self._decoded}
        self._decoded |= profiles_in(self._lake, new)
        return {name: self._decoded[name] for name in files}

    def _within(self, window: Window | None) -> list[str]:
        if isinstance(window, tuple):
            first, last = window
            return [name for name in self._files if first <= name <= last]
        return list(self._files) if window is None else [name for name in set(window) if name in self._files]


def profile(
    lake: Lake, table: str, window: Window | None = None, *, columns: Sequence[str] | None = None
) -> TableProfile | None:
    """The profile of all rows of a window of a table, merged from stored profiles; reads no data of the table.

    For several windows at once make one :class:`StoredProfiles`.

    Args:
        table: full name of a table.
        window: names of partitions; or a tuple of the first and the last of a range in order of their names, both
            included; by default all profiled partitions. Partitions without a profile are left out.
        columns: columns to decode; by default all. One that no partition has is left out.

    Returns:
        The same bytes as profiling all these rows at once would give; None if none of the partitions has a profile.

    Raises:
        ProfileError: a column changed its kind within the window.
    """
    return StoredProfiles(lake, table).merged(window, columns)


def read_profiles(
    lake: Lake, table: str, partitions: Window | None = None, columns: Sequence[str] | None = None
) -> dict[str, TableProfile]:
    """The profile of every profiled partition of a table, by partition in order; none if nothing was profiled.

    Args:
        partitions: names of partitions, or a tuple of the first and the last of a range; by default all.
        columns: columns to decode; by default all.
    """
    return StoredProfiles(lake, table).single(partitions, columns)


def profiles_in(lake: Lake, files: ByPartition, columns: Sequence[str] | None = None) -> dict[str, TableProfile]:
    """Profiles by partition, from the `files` of the profile table that hold them."""
    if not files:
        return {}
    locations = [location for name in sorted(files) for location in files[name]]
    rows = read_files(lake, locations, ["partition", "table_rows", "column", "sketch"])
    return {name: decoded(found, columns) for name, found in rows_by("partition", rows)}
