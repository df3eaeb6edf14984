"""Iceberg's metadata, parsed once a process: its files never change, so what was read or written there is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from platform_assets.lake.known import Known

if TYPE_CHECKING:
    from pyiceberg.io import FileIO, InputFile, OutputFile
    from pyiceberg.manifest import ManifestEntry, ManifestFile
    from pyiceberg.table.metadata import TableMetadata

# Snapshots, manifests and data files of which is known what the metadata says, a few KB each: some tens of MB.
MOST_RECORDS = 20_000
KNOWN_FILES = Known(MOST_RECORDS)


@cache
def know_metadata_files() -> None:
    """Let PyIceberg look into :data:`KNOWN_FILES` before it opens a metadata file, for the life of the process.

    Which of a table's metadata files is the current one is asked of the catalog every time, as before. PyIceberg has
    no door for this: it parses a table's metadata anew whenever it hands the table out, twice for a commit.
    """
    from pyiceberg.manifest import ManifestFile
    from pyiceberg.serializers import FromInputFile, ToOutputFile
    from pyiceberg.table import snapshots

    FromInputFile.table_metadata = staticmethod(_reading_metadata(FromInputFile.table_metadata))
    ToOutputFile.table_metadata = staticmethod(_writing_metadata(ToOutputFile.table_metadata))
    snapshots._manifests = _reading_list(snapshots._manifests)
    ManifestFile.fetch_manifest_entry = _reading_manifest(ManifestFile.fetch_manifest_entry)


def _reading_metadata(read: Callable[..., TableMetadata]) -> Callable[..., TableMetadata]:
    def known(input_file: InputFile, *arguments: Any) -> TableMetadata:
        return KNOWN_FILES.get(input_file.location, lambda: read(input_file, *arguments), _records)

    return known


def _writing_metadata(write: Callable[..., None]) -> Callable[..., None]:
    def known(metadata: TableMetadata, output_file: OutputFile, overwrite: bool = False) -> None:
        write(metadata, output_file, overwrite)
        KNOWN_FILES.keep(output_file.location, metadata, _records(metadata))

    return known


def _records(metadata: TableMetadata) -> int:
    return 1 + len(metadata.snapshots)


def _reading_list(read: Callable[..., tuple[ManifestFile, ...]]) -> Callable[..., tuple[ManifestFile, ...]]:
    def known(io: FileIO, manifest_list: str) -> tuple[ManifestFile, ...]:
        return KNOWN_FILES.get(manifest_list, lambda: read(io, manifest_list), len)

    return known


def _reading_manifest(read: Callable[..., list[ManifestEntry]]) -> Callable[..., list[ManifestEntry]]:
    from pyiceberg.manifest import UNASSIGNED_SEQ, ManifestEntryStatus

    def known(manifest: ManifestFile, io: FileIO, discard_deleted: bool = True) -> list[ManifestEntry]:
        if manifest.sequence_number == UNASSIGNED_SEQ:
            # Not committed yet: its entries lack the numbers under which everybody will read them.
            return read(manifest, io, discard_deleted)
        entries = KNOWN_FILES.get(manifest.manifest_path, lambda: read(manifest, io, discard_deleted=False), len)
        return [entry for entry in entries if not discard_deleted or entry.status != ManifestEntryStatus.DELETED]

    return known
