"""Ways in which a delivered file is damaged on its way, as hypothesis strategies over its bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

from hypothesis import strategies as st

Damage = Callable[[bytes], bytes]

# What a spreadsheet, a program or an attacker may write where a number, a name or an instant was expected.
ABSURD = (
    "",
    " ",
    "NA",
    "null",
    "NaN",
    "inf",
    "-0",
    "1e308",
    "9" * 40,
    "-2147483649",
    "0x10",
    "1,5",
    "12:30",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2013-02-31T10:00:00Z",
    "2013-02-05T10:00:00+99:99",
    "2013-02-05T23:59:60Z",
    '"',
    '""',
    '"a\nb"',
    '"a\rb"',
    "\\",
    "\0",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "\U0001f600",
    "'; drop table flights; --",
    "=1+1",
    "x" * 200_000,
)
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp037", "utf-7")


@st.composite
def text_damages(draw: st.DrawFn) -> Damage:
    """One damage of a file of lines and commas."""
    ways: list[Callable[[st.DrawFn], Damage]] = [
        _truncated,
        _flipped,
        _inserted,
        _absurd_value,
        _encoded,
        _column_dropped,
        _columns_added,
        _lines_moved,
        _line_ends,
        _headless,
    ]
    return draw(st.sampled_from(ways))(draw)


@st.composite
def binary_damages(draw: st.DrawFn) -> Damage:
    """One damage of a file whose bytes mean nothing to a person."""
    return draw(st.sampled_from([_truncated, _flipped, _inserted, _zeroed]))(draw)


def gzipped(content: bytes) -> bytes:
    """As a gzip file."""
    return gzip.compress(content, mtime=0)


def zipped(*contents: bytes) -> bytes:
    """As a zip archive with a member for each content."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.csv", content)
    return written.getvalue()


def _position(draw: st.DrawFn) -> Callable[[bytes], int]:
    share = draw(st.floats(0, 1))
    return lambda content: min(int(share * len(content)), max(0, len(content) - 1))


def _truncated(draw: st.DrawFn) -> Damage:
    position = _position(draw)
    return lambda content: content[: position(content)]


def _flipped(draw: st.DrawFn) -> Damage:
    places = draw(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=8))

    def flip(content: bytes) -> bytes:
        changed = bytearray(content)
        for share, bits in places:
            changed[min(int(share * len(content)), len(content) - 1)] ^= bits
        return bytes(changed)

    return flip


def _inserted(draw: st.DrawFn) -> Damage:
    position, junk = _position(draw), draw(st.binary(min_size=1, max_size=40))
    return lambda content: content[: position(content)] + junk + content[position(content) :]


def _zeroed(draw: st.DrawFn) -> Damage:
    position, length = _position(draw), draw(st.integers(1, 4096))
    return lambda content: content[: position(content)] + bytes(length) + content[position(content) + length :]


def _absurd_value(draw: st.DrawFn) -> Damage:
    row, column, value = draw(st.integers(0, 100)), draw(st.integers(0, 30)), draw(st.sampled_from(ABSURD))

    def replace(content: bytes) -> bytes:
        lines = content.decode().splitlines(keepends=True)
        fields = lines[row % len(lines)].rstrip("\n").split(",")
        fields[column % len(fields)] = value
        lines[row % len(lines)] = ",".join(fields) + "\n"
        return "".join(lines).encode()

    return replace


def _encoded(draw: st.DrawFn) -> Damage:
    encoding = draw(st.sampled_from(ENCODINGS))
    return lambda content: content.decode().encode(encoding)


def _column_dropped(draw: st.DrawFn) -> Damage:
    column = draw(st.integers(0, 30))

    def drop(content: bytes) -> bytes:
        rows = [line.split(",") for line in content.decode().splitlines()]
        kept = [[value for place, value in enumerate(row) if place != column % len(rows[0])] for row in rows]
        return "".join(",".join(row) + "\n" for row in kept).encode()

    return drop


def _columns_added(draw: st.DrawFn) -> Damage:
    count, named = draw(st.sampled_from([1, 2, 100, 10_000])), draw(st.booleans())

    def add(content: bytes) -> bytes:
        header, *rows = content.decode().splitlines()
        header = header + "".join(f",extra{number}" for number in range(count)) if named else header
        return "".join(line + "\n" for line in [header, *(row + ",1" * count for row in rows)]).encode()

    return add


def _lines_moved(draw: st.DrawFn) -> Damage:
    first, second, times = draw(st.integers(0, 100)), draw(st.integers(0, 100)), draw(st.integers(0, 3))

    def move(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        line = lines.pop(first % len(lines))
        place = second % (len(lines) + 1)
        return b"".join([*lines[:place], *[line] * times, *lines[place:]])

    return move


def _line_ends(draw: st.DrawFn) -> Damage:
    end = draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b"\n\r", b"\0\n", b" \n", b",\n", b'"\n', b"\x85", b""]))
    return lambda content: content.replace(b"\n", end)


def _headless(draw: st.DrawFn) -> Damage:
    keep = draw(st.integers(0, 2))
    return lambda content: b"".join(content.splitlines(keepends=True)[1:][: 10**keep])
