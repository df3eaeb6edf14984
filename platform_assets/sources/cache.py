"""What was downloaded from an address: the complete file with its record, or the part that has arrived so far."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from platform_assets.quality.inspection import file_digest
from platform_assets.sources.files import appearing, give_final_name

_Note = TypeVar("_Note", "Record", "PartRecord")
LONGEST_NAME = 150


@dataclass(frozen=True)
class PartRecord:
    """Which version of a file a part belongs to.

    Attributes:
        total: bytes of the whole file; None if the server does not say.
    """

    url: str
    etag: str | None
    last_modified: str | None
    total: int | None

    @property
    def validator(self) -> str | None:
        """What names exactly this version in an ``If-Range`` header; a weak ETag does not (RFC 9110, 13.1.5)."""
        if self.etag is not None and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


@dataclass(frozen=True)
class Record:
    """What is known of a complete file.

    Attributes:
        sha256: digest of its content, in hexadecimal.
        downloaded_at: when, as an ISO text in UTC.
    """

    url: str
    etag: str | None
    last_modified: str | None
    bytes: int
    sha256: str
    downloaded_at: str


class Entry:
    """The place of one address in the cache folder: ``name``, ``name.json``, and meanwhile ``name.part``."""

    def __init__(self, folder: Path, url: str) -> None:
        parts = urlsplit(url)
        name = re.sub(r"[^\w.()-]+", "_", f"{parts.path}?{parts.query}".strip("/?."), flags=re.ASCII)
        self.url = url
        self.file = folder / host_name(url) / (name[-LONGEST_NAME:] or "index")
        self.part = self.file.with_name(self.file.name + ".part")

    def whole(self) -> Record | None:
        """The record of the complete file; None if there is none, or if the file is not what was downloaded."""
        record = _read(Record, _beside(self.file), self.url)
        if record is None or not self.file.is_file() or self.file.stat().st_size != record.bytes:
            return None
        return record if file_digest(self.file) == record.sha256 else None

    def resumable(self) -> PartRecord | None:
        """The record of a part that can be continued; None if there is none or the server gave it no version."""
        record = _read(PartRecord, _beside(self.part), self.url)
        if record is None or record.validator is None or self.arrived == 0:
            return None
        return record

    @property
    def arrived(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size if self.part.is_file() else 0

    def begin_part(self, record: PartRecord) -> None:
        """Start a new, empty part."""
        self.discard_part()
        _write(_beside(self.part), record)
        self.part.touch()

    def discard_part(self) -> None:
        """Forget what has arrived so far."""
        for path in (self.part, _beside(self.part)):
            path.unlink(missing_ok=True)

    def complete(self, moment: str) -> Record:
        """Let the part become the file, and write its record."""
        part = _read(PartRecord, _beside(self.part), self.url)
        etag, modified = (part.etag, part.last_modified) if part else (None, None)
        record = Record(self.url, etag, modified, self.arrived, file_digest(self.part), moment)
        give_final_name(self.part, self.file)
        # Between these two steps the record does not fit the file, which whole() notices.
        _write(_beside(self.file), record)
        self.discard_part()
        return record


def host_name(url: str) -> str:
    """Host and port of an address, as a name for files."""
    return urlsplit(url).netloc.rpartition("@")[2].replace(":", "_").lower()


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _write(path: Path, record: Record | PartRecord) -> None:
    with appearing(path) as file:
        json.dump(asdict(record), file, indent=2)


def _read(kind: type[_Note], path: Path, url: str) -> _Note | None:
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        record = kind(**fields)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return record if record.url == url else None
