"""A text file as an engine needs it: UTF-8 throughout, whole lines, and quotes that leave no doubt.

Engines replace what they cannot decode and disagree about stray carriage returns and quotes, and say nothing.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from platform_assets.quality.errors import DeliveryRefused

BLOCK = 1 << 20
# Longest value in characters; Python's default would refuse some that engines read.
LONGEST_VALUE = 1 << 27
csv.field_size_limit(LONGEST_VALUE)


def require_whole_lines(path: Path, what: str) -> None:
    """Refuse a file that ends within a line."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        last = file.read(1)
    if last != b"\n":
        raise DeliveryRefused(
            what, "its last line has no line end, so the file was cut off", "Deliver the complete file again."
        )


def require_text(path: Path, what: str) -> None:
    """Refuse a file that is not UTF-8, or has NUL characters or carriage returns that end no line."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for line, block in _blocks(path):
        _require_utf8(decoder, block, line, what)
        if b"\0" in block:
            raise DeliveryRefused(
                what,
                f"line {_line(block, block.index(0), line)} has a NUL character",
                "Deliver it as text without NUL.",
            )
        alone = _stray_return(block)
        if alone is not None:
            raise DeliveryRefused(
                what,
                f"line {_line(block, alone, line)} has a carriage return that ends no line",
                "End lines with LF or CR LF, and write no carriage return within a value.",
            )


def require_quotes(path: Path, what: str) -> None:
    """Refuse a CSV file whose quotes do not pair as RFC 4180 says; looks closely only if there are quotes at all."""
    if not any(b'"' in block for _, block in _blocks(path)):
        return
    with path.open(encoding="utf-8", newline="") as file:
        records = csv.reader(file, strict=True)
        try:
            for _ in records:
                pass
        except csv.Error as error:
            raise DeliveryRefused(
                what,
                f"the quotes up to line {records.line_num} do not pair ({error})",
                "Put values with quotes into quotes, double the quotes within, and deliver again.",
            ) from error


def first_malformed_line(path: Path, width: int) -> str | None:
    """Where a CSV file first breaks its own shape, in words; None if every record has ``width`` fields."""
    with path.open(encoding="utf-8", newline="") as file:
        records = csv.reader(file)
        try:
            for record in records:
                if record and len(record) != width:
                    return f"line {records.line_num} has {len(record)} fields instead of {width}"
        except (csv.Error, UnicodeDecodeError) as error:
            return f"line {records.line_num + 1} cannot be read ({error})"
    return None


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Blocks of a file with the number of the line in which each begins; no block ends between CR and LF."""
    line = 1
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if block.endswith(b"\r"):
                block += file.read(1)
            yield line, block
            line += block.count(b"\n")


def _require_utf8(decoder: codecs.IncrementalDecoder, block: bytes, line: int, what: str) -> None:
    try:
        decoder.decode(block)
    except UnicodeDecodeError as error:
        # Bytes of a character that began in the block before count as its first ones, hence of its first line.
        number = _line(block, max(0, error.start - (len(error.object) - len(block))), line)
        raise DeliveryRefused(
            what, f"line {number} is not UTF-8 text ({error.reason})", "Deliver the file as UTF-8."
        ) from error


def _stray_return(block: bytes) -> int | None:
    if block.count(b"\r") == block.count(b"\r\n"):
        return None
    position = block.index(b"\r")
    while block[position + 1 : position + 2] == b"\n":
        position = block.index(b"\r", position + 1)
    return position


def _line(block: bytes, position: int, first: int) -> int:
    return first + block.count(b"\n", 0, position)
