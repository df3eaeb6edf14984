"""The one CSV file within a downloaded zip archive, guarded: size before and while it is unpacked, count, damage."""

from __future__ import annotations

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from platform_assets.sources.errors import ArchiveRefused

AGAIN = "Fetch it again later; if it stays like this, look at what the address under source.url in defs.yaml offers."
CHUNK = 1 << 20
ENCRYPTED = 0x1
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError)
# What zipfile raises besides when the directory of an archive leads nowhere.
DAMAGED_DIRECTORY = (*DAMAGE, OSError, ValueError, RuntimeError, struct.error)


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may unpack to; a month of all US flights is about 600,000 rows and 300 MB.

    Attributes:
        unpacked_bytes: largest CSV file.
        members: most files within the archive.
    """

    unpacked_bytes: int = 4 << 30
    members: int = 20


def verify_archive(path: Path, limits: ArchiveLimits) -> None:
    """Read an archive through once, so that damage shows now and not half way through a delivery.

    Raises:
        ArchiveRefused: it is no zip archive, has not exactly one CSV file, is too large, or is damaged.
    """
    with open_csv(path, limits) as content:
        while content.read(CHUNK):
            pass


@contextlib.contextmanager
def open_csv(path: Path, limits: ArchiveLimits) -> Iterator[IO[bytes]]:
    """The bytes of the archive's only CSV file, unpacked while they are read; nothing is written to disk.

    Raises:
        ArchiveRefused: as for :func:`verify_archive`, damage only when the reader gets there.
    """
    name = path.name.removesuffix(".part")
    with contextlib.ExitStack() as opened:
        try:
            archive = opened.enter_context(zipfile.ZipFile(path))
            content = opened.enter_context(archive.open(_only_csv(archive, name, limits)))
        except DAMAGED_DIRECTORY as error:
            raise _damaged(path, name, error) from error
        try:
            yield content
        except DAMAGE as error:
            raise _damaged(path, name, error) from error


def _only_csv(archive: zipfile.ZipFile, name: str, limits: ArchiveLimits) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > limits.members:
        raise ArchiveRefused(name, f"it holds {len(members):,} files, the limit is {limits.members}", AGAIN)
    found = [member for member in members if member.filename.lower().endswith(".csv")]
    if len(found) != 1:
        listed = ", ".join(member.filename for member in members) or "nothing"
        raise ArchiveRefused(name, f"it holds {len(found)} CSV files instead of one ({listed})", AGAIN)
    member = found[0]
    if member.flag_bits & ENCRYPTED or member.compress_type not in COMPRESSIONS:
        raise ArchiveRefused(name, f"{member.filename} is encrypted or compressed in an unusual way", AGAIN)
    # zipfile never unpacks more than the size that the archive declares, so the declared size is the guard.
    if member.file_size > limits.unpacked_bytes:
        raise ArchiveRefused(
            name,
            f"{member.filename} unpacks to {member.file_size:,} bytes, the limit is {limits.unpacked_bytes:,}",
            AGAIN,
        )
    return member


def _damaged(path: Path, name: str, error: Exception) -> ArchiveRefused:
    # Servers like to send a page in place of a file, so the message shows how it begins.
    with path.open("rb") as file:
        begins = file.read(20)
    return ArchiveRefused(name, f"it is no whole zip archive ({error}; it begins with {begins!r})", AGAIN)
