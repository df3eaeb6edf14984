"""Deliveries in a local folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from platform_assets.landing.base import Landed, Listing
from platform_assets.quality.manifest import declared_digest, file_digest


@dataclass(frozen=True)
class FolderLanding:
    """Files below a folder; content is known by its SHA-256."""

    folder: Path

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.folder)

    def listing(self) -> Listing:
        """Files below the folder, by name."""
        return Listing(sorted(_below(str(self.folder), ""), key=lambda landed: landed.name))

    def content(self, landed: Landed) -> str:
        """SHA-256, in hexadecimal."""
        try:
            return file_digest(self.folder / landed.name)
        except FileNotFoundError:
            return ""

    def promised(self, landed: Landed) -> str | None:
        """SHA-256 in the manifest."""
        return declared_digest(self.folder / landed.name)

    def fetch(self, name: str, folder: Path) -> Path | None:
        """The file where it is."""
        path = self.folder / name
        return path if path.is_file() else None

    def confirm(self, receipts: Iterable[str]) -> None:
        """A folder notifies nobody."""


def _below(folder: str, prefix: str) -> Iterator[Landed]:
    # A walk of its own: one system call a file, where a glob and a stat for each dataset make several.
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(entry.path, f"{prefix}{entry.name}/")
            continue
        try:
            stat = entry.stat()
        except FileNotFoundError:
            continue
        yield Landed(f"{prefix}{entry.name}", f"{stat.st_size} {stat.st_mtime_ns}", stat.st_mtime)
