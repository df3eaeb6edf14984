"""Where the lake's files are: below a folder of this machine, or below a prefix of an S3 bucket."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.lake.errors import WarehouseNotKnown
from platform_assets.lake.requests import LOOK, READ, WRITE, Requests, count_requests, listing
from platform_assets.lake.s3 import FILE_IO, S3_ENDPOINT, S3_REGION, S3_TRIES, S3Access, s3_filesystem

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.fs import FileSystem

S3_SCHEME, FILE_SCHEME = "s3://", "file://"


@dataclass(frozen=True)
class FileInfo:
    """A file of the store: its location, bytes, and when it was last written (UTC)."""

    location: str
    bytes: int
    modified: datetime


class Store:
    """Files by location: an absolute path on this machine, or ``s3://bucket/key``.

    Every operation raises OSError if the disk or the server does not do it.

    Args:
        root: a folder, or ``s3://bucket/prefix``; everything the lake writes lies below.
        s3: how S3 is reached.

    Raises:
        WarehouseNotKnown: the root is neither.
    """

    def __init__(self, root: Path | str, s3: S3Access | None = None) -> None:
        self.root = _normalised_root(str(root))
        self.s3 = s3 or S3Access()

    @property
    def is_local(self) -> bool:
        """Whether files are on this machine, so that any program can open their locations as paths."""
        return not self.root.startswith(S3_SCHEME)

    def location(self, *parts: str) -> str:
        """The location of ``parts`` below the root."""
        return "/".join([self.root, *parts])

    def normalised(self, address: str) -> str:
        """The location that an address of Iceberg's metadata means: a local one without ``file://``."""
        return address.removeprefix(FILE_SCHEME)

    def path(self, location: str) -> str:
        """The location as :attr:`filesystem` wants it: without scheme."""
        return location.removeprefix(FILE_SCHEME).removeprefix(S3_SCHEME)

    @cached_property
    def filesystem(self) -> FileSystem:
        """The pyarrow file system of the store; its paths are those of :meth:`path`."""
        from pyarrow.fs import LocalFileSystem

        return LocalFileSystem() if self.is_local else s3_filesystem(self.s3)

    def iceberg_properties(self) -> dict[str, str]:
        """What a PyIceberg catalog must know to reach the same files, see :mod:`platform_assets.lake.file_io`."""
        if self.is_local:
            return {}
        known = {S3_ENDPOINT: self.s3.endpoint, S3_REGION: self.s3.region, S3_TRIES: str(self.s3.attempts)}
        return {"py-io-impl": FILE_IO} | {name: value for name, value in known.items() if value}

    def exists(self, location: str) -> bool:
        """Whether there is a file (or, on a disk, a folder) at ``location``."""
        from pyarrow.fs import FileType

        self._count(LOOK)
        return bool(self.filesystem.get_file_info(self.path(location)).type != FileType.NotFound)

    def list(self, prefix: str) -> list[FileInfo]:
        """All files below ``prefix``, at any depth, by location; none if there is nothing."""
        from pyarrow.fs import FileSelector, FileType

        selector = FileSelector(self.path(prefix), allow_not_found=True, recursive=True)
        found = [info for info in self.filesystem.get_file_info(selector) if info.type == FileType.File]
        self._count(listing(len(found)))
        return sorted(
            (FileInfo(self._location_of(info.path), info.size, info.mtime) for info in found),
            key=lambda file: file.location,
        )

    def read_bytes(self, location: str) -> bytes:
        """The content of a file."""
        self._count(READ)
        with self.filesystem.open_input_file(self.path(location)) as stream:
            return bytes(stream.read())

    def write_bytes(self, location: str, content: bytes) -> None:
        """Write a file, in place of one that is there."""
        with self._output(location) as stream:
            stream.write(content)

    def write_parquet(self, location: str, rows: pa.Table) -> None:
        """Write an Arrow table as one Parquet file (zstd)."""
        import pyarrow.parquet as pq

        self._make_room(location)
        self._count(WRITE)
        pq.write_table(rows, self.path(location), compression="zstd", filesystem=self.filesystem)

    def read_parquet(self, location: str) -> pa.Table:
        """The rows of a Parquet file."""
        import pyarrow.parquet as pq

        self._count(READ)
        return pq.read_table(self.path(location), filesystem=self.filesystem, partitioning=None)

    def copy(self, source: str, target: str) -> None:
        """Copy a file into the store; the source is a location of the store, or a path on this machine."""
        if source.startswith(S3_SCHEME):
            self._count(WRITE)
            self.filesystem.copy_file(self.path(source), self.path(target))
            return
        with open(self.path(source), "rb") as content, self._output(target) as stream:
            shutil.copyfileobj(content, stream)

    def delete(self, location: str) -> None:
        """Delete a file; one that is not there is no error."""
        with contextlib.suppress(FileNotFoundError):
            self.filesystem.delete_file(self.path(location))

    def delete_all(self, prefix: str) -> None:
        """Delete everything below ``prefix``; nothing there is no error."""
        with contextlib.suppress(FileNotFoundError):
            self.filesystem.delete_dir(self.path(prefix))

    @contextlib.contextmanager
    def _output(self, location: str) -> Iterator[pa.NativeFile]:
        self._make_room(location)
        self._count(WRITE)
        with self.filesystem.open_output_stream(self.path(location)) as stream:
            yield stream

    def _count(self, made: Requests) -> None:
        if not self.is_local:
            count_requests(made)

    def _make_room(self, location: str) -> None:
        # A bucket has no folders; making one would only cost a request.
        if self.is_local:
            Path(self.path(location)).parent.mkdir(parents=True, exist_ok=True)

    def _location_of(self, path: str) -> str:
        return path if self.is_local else S3_SCHEME + path


def _normalised_root(root: str) -> str:
    if root.startswith(S3_SCHEME):
        if not root.removeprefix(S3_SCHEME).strip("/"):
            raise WarehouseNotKnown(root)
        return root.rstrip("/")
    path = root.removeprefix(FILE_SCHEME)
    if "://" in path or not path:
        raise WarehouseNotKnown(root)
    return os.path.abspath(path)
