"""What retention must know of a table: its snapshots, the files of its current rows, and what is stored below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from platform_assets.lake.store import FileInfo

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from platform_assets.lake.lake import Lake

MAIN = "main"
EPOCH_YEAR = 1970


@dataclass(frozen=True)
class SnapshotState:
    """A snapshot: its branches and tags, and when a newer one replaced it; None while it is current."""

    snapshot_id: int
    names: tuple[str, ...]
    superseded_at: datetime | None


@dataclass(frozen=True)
class LiveFile:
    """A data file of the current rows; ``month`` is None if the table is not cut by month."""

    location: str
    bytes: int
    rows: int
    partition: tuple[object, ...]
    month: str | None


@dataclass(frozen=True)
class TableState:
    """One table at one moment.

    Attributes:
        stored: every file below the table's folder, listed before the metadata was read.
        reachable: locations that any snapshot or the metadata itself refers to.
        named: locations that a tagged snapshot, or another branch than the main one, refers to.
        head_metadata: locations of the metadata of the current snapshot and of the table itself.
    """

    table: str
    snapshots: tuple[SnapshotState, ...]
    live: tuple[LiveFile, ...]
    stored: tuple[FileInfo, ...]
    reachable: frozenset[str]
    named: frozenset[str]
    head_metadata: frozenset[str]


def read_state(lake: Lake, name: str) -> TableState:
    """The state of a table; raises TableNotFound if there is none."""
    stored = tuple(lake.store.list(lake.store.location(*name.split("."))))
    table = lake.iceberg(name)
    reach = Reach(table, lake.store.normalised)
    states = snapshot_states(table)
    named = {snapshot.snapshot_id for snapshot in states if set(snapshot.names) - {MAIN}}
    head = table.current_snapshot()
    of_head = reach.metadata_of(head) if head is not None else set()
    of_table = reach.table_metadata()
    return TableState(
        table=name,
        snapshots=states,
        live=tuple(_live(table, lake.store.normalised)),
        stored=stored,
        reachable=frozenset(reach.of(table.metadata.snapshots) | of_table),
        named=frozenset(reach.of(s for s in table.metadata.snapshots if s.snapshot_id in named)),
        head_metadata=frozenset(of_head | of_table),
    )


class Reach:
    """Which locations snapshots refer to; every manifest is read once."""

    def __init__(self, table: Table, normalised: Callable[[str], str]) -> None:
        self._table = table
        self._normalised = normalised
        self._of_manifest: dict[str, frozenset[str]] = {}

    def of(self, snapshots: Iterable[Snapshot]) -> set[str]:
        """Metadata and data files of ``snapshots``."""
        found: set[str] = set()
        seen: set[str] = set()
        for snapshot in snapshots:
            found.add(self._normalised(snapshot.manifest_list))
            for manifest in snapshot.manifests(self._table.io):
                if manifest.manifest_path in seen:
                    continue
                seen.add(manifest.manifest_path)
                if manifest.manifest_path not in self._of_manifest:
                    entries = manifest.fetch_manifest_entry(self._table.io, discard_deleted=True)
                    files = frozenset(self._normalised(entry.data_file.file_path) for entry in entries)
                    self._of_manifest[manifest.manifest_path] = files
                found.add(self._normalised(manifest.manifest_path))
                found |= self._of_manifest[manifest.manifest_path]
        return found

    def metadata_of(self, snapshot: Snapshot) -> set[str]:
        """Manifest list and manifests of a snapshot."""
        manifests = {self._normalised(manifest.manifest_path) for manifest in snapshot.manifests(self._table.io)}
        return manifests | {self._normalised(snapshot.manifest_list)}

    def table_metadata(self) -> set[str]:
        """The table's metadata file, the earlier ones that it still lists, and statistics files."""
        metadata = self._table.metadata
        files = [
            self._table.metadata_location,
            *(entry.metadata_file for entry in metadata.metadata_log),
            *(file.statistics_path for file in [*metadata.statistics, *metadata.partition_statistics]),
        ]
        return {self._normalised(file) for file in files}


def snapshot_states(table: Table) -> tuple[SnapshotState, ...]:
    """Every snapshot with its names and the moment at which it stopped being current.

    A snapshot that never was current (the first half of a replacing publish) counts from its own making.
    """
    names: dict[int, list[str]] = {}
    for name, ref in table.metadata.refs.items():
        names.setdefault(ref.snapshot_id, []).append(name)
    log = table.metadata.snapshot_log
    replaced = {entry.snapshot_id: later.timestamp_ms for entry, later in pairwise(log)}
    current = table.metadata.current_snapshot_id
    return tuple(
        SnapshotState(
            snapshot.snapshot_id,
            tuple(sorted(names.get(snapshot.snapshot_id, []))),
            _moment(replaced.get(snapshot.snapshot_id, snapshot.timestamp_ms)),
        )
        if snapshot.snapshot_id != current
        else SnapshotState(current, tuple(sorted(names.get(current, []))), None)
        for snapshot in table.metadata.snapshots
    )


def month_column(table: Table) -> tuple[int, str] | None:
    """Where the month of a file is among its partition values, and which column it is the month of."""
    from pyiceberg.transforms import MonthTransform

    for position, field in enumerate(table.spec().fields):
        if isinstance(field.transform, MonthTransform):
            return position, table.schema().find_column_name(field.source_id) or ""
    return None


def _live(table: Table, normalised: Callable[[str], str]) -> Iterator[LiveFile]:
    cut = month_column(table)
    for task in table.scan().plan_files():
        file: DataFile = task.file
        values = tuple(file.partition[position] for position in range(len(table.spec().fields)))
        month = _month(int(str(values[cut[0]]))) if cut is not None and values[cut[0]] is not None else None
        yield LiveFile(normalised(file.file_path), file.file_size_in_bytes, file.record_count, values, month)


def _month(since_epoch: int) -> str:
    return f"{EPOCH_YEAR + since_epoch // 12:04}-{since_epoch % 12 + 1:02}"


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
