"""Compressed deliveries are unpacked to a scratch file before anything reads them, within declared limits.

A small file can unpack to more than any disk holds (a "zip bomb"), so bytes are counted while they are written and
never believed from a header.
"""

from __future__ import annotations

import contextlib
import gzip
import lzma
import struct
import textwrap
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from platform_assets.quality.dataset import Arrival
from platform_assets.quality.errors import DeliveryRefused

BLOCK = 1 << 20
MEGABYTE = 1_000_000
# Characters of a reason in a refusal.
REASON = 300
# What reading a damaged archive raises; zipfile passes on what its decompressors say.
BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def unpack(arrival: Arrival, path: Path, scratch: Path, what: str) -> Path:
    """The delivered file itself, or the file within it, written into the folder ``scratch``.

    Args:
        what: the delivery in words, for a refusal.

    Raises:
        DeliveryRefused: the archive is damaged, holds not exactly one file, or unpacks to more than is declared.
    """
    if arrival.compression is None:
        return path
    target, size = scratch / f"unpacked.{arrival.format}", 0
    limit, rule = _limit(arrival, path.stat().st_size)
    with target.open("wb") as written:
        for block in _blocks(arrival, path, what):
            size += len(block)
            if size > limit:
                raise DeliveryRefused(
                    what,
                    f"it unpacks to more than {limit:,} bytes, which is the contract's {rule}",
                    "Check that it is the right file, or declare a higher limit.",
                )
            written.write(block)
    if size == 0:
        raise DeliveryRefused(what, "the file within it is empty (0 bytes)", "Deliver the file again.")
    return target


def _limit(arrival: Arrival, size: int) -> tuple[int, str]:
    """Most bytes that a file of ``size`` bytes may unpack to, and the declared limit that says so."""
    absolute, relative = int(arrival.unpacked_megabytes * MEGABYTE), int(arrival.unpacked_ratio * size)
    if absolute <= relative:
        return absolute, f"arrival.unpacked_megabytes ({arrival.unpacked_megabytes:g})"
    return relative, f"arrival.unpacked_ratio ({arrival.unpacked_ratio:g} times its own size)"


def _blocks(arrival: Arrival, path: Path, what: str) -> Iterator[bytes]:
    try:
        with gzip.open(path) if arrival.compression == "gz" else _only_member(path, what) as source:
            while block := source.read(BLOCK):
                yield block
    except BROKEN as error:
        # zipfile quotes names out of the archive, which may be thousands of bytes of anything.
        reason = textwrap.shorten(str(error), REASON) if str(error) else type(error).__name__
        raise DeliveryRefused(what, f"it cannot be unpacked ({reason})", "Deliver the complete file again.") from error


@contextlib.contextmanager
def _only_member(path: Path, what: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise DeliveryRefused(
                what, f"the archive holds {len(members):,} files instead of one", "Deliver an archive of one file."
            )
        with archive.open(members[0]) as member:
            yield member
