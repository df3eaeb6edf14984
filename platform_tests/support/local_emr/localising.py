"""Brings what a step names on S3 into the folder of its container, as YARN does."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from local_emr.store import ObjectStore

TAR = (".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz")


class NotThere(Exception):
    """A step names what is not on S3."""


class Localiser:
    """Fetches for one container; unpacked archives are shared by all, as they are large."""

    def __init__(self, container: Path, cache: Path, store: ObjectStore) -> None:
        self._container = container
        self._cache = cache
        self._store = store

    def file(self, location: str) -> str:
        """The path of a file: ``s3://...`` is fetched, ``#name`` renames it, anything else stays."""
        source, _, name = location.partition("#")
        if not source.startswith("s3"):
            return source.removeprefix("local://").removeprefix("file://")
        target = self._container / (name or Path(source).name)
        return str(self._fetch(source, target))

    def files(self, locations: str) -> str:
        """The same for several, separated by commas."""
        return ",".join(self.file(location) for location in locations.split(","))

    def archives(self, locations: str) -> None:
        """Unpack archives to where YARN links them: ``#name``, or the archive's own name."""
        for location in locations.split(","):
            source, _, name = location.partition("#")
            link = self._container / (name or Path(source).name)
            if not link.exists():
                link.symlink_to(self._unpacked(source))

    def _unpacked(self, source: str) -> Path:
        folder = self._cache / hashlib.sha256(f"{source} {self._version(source)}".encode()).hexdigest()
        if not folder.exists():
            packed = self._fetch(source, self._cache / Path(source).name)
            fresh = self._cache / f"{folder.name}.new"
            fresh.mkdir()
            _unpack(packed, fresh)
            fresh.rename(folder)
        return folder

    def _version(self, source: str) -> str:
        if not source.startswith("s3"):
            return ""
        version = self._store.version(source)
        if version is None:
            raise NotThere(f"java.io.FileNotFoundException: No such file or directory: {source}")
        return version

    def _fetch(self, source: str, target: Path) -> Path:
        if not source.startswith("s3"):
            return Path(shutil.copy(source.removeprefix("file://"), target))
        self._version(source)
        return self._store.fetch(source, target)


def _unpack(packed: Path, folder: Path) -> None:
    if packed.name.endswith(TAR):
        subprocess.run(["tar", "-xf", packed, "-C", folder], check=True)
    else:
        shutil.unpack_archive(packed, folder, "zip")
