"""Files that were refused, kept whole outside every table, beside a manifest that is written before them.

The manifest names every file with its digest. A process that dies while it keeps files therefore leaves either nothing
or a manifest that says what should be there: nothing is lost silently, and nothing half-kept passes for whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Literal

from platform_assets.lake.errors import LakeError
from platform_assets.lake.store import S3_SCHEME

if TYPE_CHECKING:
    from platform_assets.lake.store import Store

FOLDER = "quarantine"
MANIFEST = "reason.json"
BLOCK = 1 << 20

FileKind = Literal["delivered", "staged", "refused_rows"]


class QuarantinedFileChanged(LakeError):
    """A kept file is not what was refused."""

    def __init__(self, quarantine_id: str, location: str, problem: str) -> None:
        super().__init__(
            f"Quarantine {quarantine_id} cannot be released: its file {location} {problem}. A release publishes "
            "exactly what was refused, byte for byte. Restore the file, or discard the entry and deliver again."
        )


@dataclass(frozen=True)
class Source:
    """A file to set aside; one that is not ``copied`` is only referred to where it is."""

    kind: FileKind
    location: str
    copied: bool = True


@dataclass(frozen=True)
class KeptFile:
    """A file that was set aside.

    Attributes:
        kind: as it was delivered, rows staged to be published, or rows that break a rule.
        location: where it is kept; if it was not copied, where it was.
        source: where it was.
        sha256: of its content, in hexadecimal.
        rows: rows of a staged file; None for a delivered one.
    """

    kind: FileKind
    location: str
    source: str
    sha256: str
    bytes: int
    rows: int | None
    copied: bool


def new_folder(store: Store, table: str, partition: str | None, quarantine_id: str) -> str:
    """Where the files of one refusal are kept; folders of a partition sort by time."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    return store.location(FOLDER, table, partition or "all", f"{moment}-{quarantine_id}")


def describe_files(store: Store, folder: str, sources: Sequence[Source]) -> list[KeptFile]:
    """What is going to be kept below ``folder``, with digests; copies nothing."""
    taken: set[str] = set()
    return [_described(store, folder, source, number, taken) for number, source in enumerate(sources)]


def keep_files(store: Store, folder: str, manifest: Mapping[str, Any], files: Sequence[KeptFile]) -> None:
    """Write the manifest, then copy the files."""
    store.write_bytes(f"{folder}/{MANIFEST}", json.dumps(manifest, indent=2, default=str).encode())
    for file in files:
        if file.copied:
            store.copy(file.source, file.location)


def manifests(store: Store, besides: Container[str] = ()) -> Iterator[dict[str, Any]]:
    """The manifests of everything that was ever set aside, by table, partition and time.

    Args:
        besides: quarantine ids whose manifests are not wanted, and not read.
    """
    for file in store.list(store.location(FOLDER)):
        folder, _, name = file.location.rpartition("/")
        if name == MANIFEST and folder.rpartition("-")[2] not in besides:
            yield json.loads(store.read_bytes(file.location))


def restage(store: Store, quarantine_id: str, files: Sequence[KeptFile], folder: str) -> list[str]:
    """Copy kept files into a staging folder; returns their locations there.

    Raises:
        QuarantinedFileChanged: a file is missing, or its content is not what was refused.
    """
    staged = []
    for file in files:
        target = f"{folder}/{PurePosixPath(file.location).name}"
        if not store.exists(file.location):
            raise QuarantinedFileChanged(quarantine_id, file.location, "is missing")
        store.copy(file.location, target)
        if _measure(store, target)[0] != file.sha256:
            raise QuarantinedFileChanged(quarantine_id, file.location, "was changed since")
        staged.append(target)
    return staged


def delete_files(store: Store, files: Sequence[KeptFile]) -> None:
    """Delete kept files; those that are only referred to stay where they are."""
    for file in files:
        if file.copied:
            store.delete(file.location)


def _described(store: Store, folder: str, source: Source, number: int, taken: set[str]) -> KeptFile:
    name = PurePosixPath(source.location).name
    name = f"{number}-{name}" if name in taken else name
    taken.add(name)
    digest, size = _measure(store, source.location)
    return KeptFile(
        kind=source.kind,
        location=f"{folder}/{name}" if source.copied else source.location,
        source=source.location,
        sha256=digest,
        bytes=size,
        rows=None if source.kind == "delivered" else _rows(store, source.location),
        copied=source.copied,
    )


def _measure(store: Store, location: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with _opened(store, location) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _rows(store: Store, location: str) -> int:
    import pyarrow.parquet as pq

    with _opened(store, location) as stream:
        return int(pq.read_metadata(stream).num_rows)


@contextlib.contextmanager
def _opened(store: Store, location: str) -> Iterator[IO[bytes]]:
    if location.startswith(S3_SCHEME):
        with store.filesystem.open_input_file(store.path(location)) as remote:
            yield remote
    else:
        # Delivered files lie on this machine, wherever the store is.
        with open(store.path(location), "rb") as local:
            yield local
