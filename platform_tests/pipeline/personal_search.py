"""Search every byte below some folders for planted values: ``python personal_search.py NEEDLES.json FOLDER ...``.

A value is looked for as text in any case, in hexadecimal, in base64 at each of its three alignments, as UTF-16 and, if
it is a number, as the eight bytes of a double and of a long. What is packed is unpacked first: gzip, zlib, zstandard,
zip, every value of a Parquet file, every record of an Avro file, every cell of an SQLite database, and what is packed
within these again.

Prints one JSON object: what was looked into, by kind, and where each value was found: ``{"looked": {kind: files},
"found": {value: [place, ...]}}``.
"""

import base64
import contextlib
import io
import json
import sqlite3
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from pyiceberg.avro.file import AvroFile
from pyiceberg.io.pyarrow import PyArrowFileIO

DEEPEST = 4
WINDOW = 8
Found = tuple[str, bytes]


class Needles:
    """The ways in which planted values may be written, looked up by their first eight bytes."""

    def __init__(self, values: list[str]) -> None:
        self.any_case = _by_start({way.lower(): value for value in values for way in _texts(value)})
        self.exact = _by_start({way: value for value in values for way in _encodings(value)})

    def within(self, content: bytes) -> set[str]:
        return set(_hits(self.any_case, content.lower())) | set(_hits(self.exact, content))


def _by_start(ways: dict[bytes, str]) -> dict[int, list[tuple[bytes, str]]]:
    starts: dict[int, list[tuple[bytes, str]]] = {}
    for way, value in ways.items():
        if len(way) < WINDOW:
            raise ValueError(f"'{value}' is too short to be told from chance. Plant a longer one.")
        starts.setdefault(int.from_bytes(way[:WINDOW], "little"), []).append((way, value))
    return starts


def _hits(starts: dict[int, list[tuple[bytes, str]]], content: bytes) -> Iterator[str]:
    wanted = np.fromiter(starts, "<u8")
    for shift in range(WINDOW):
        length = (len(content) - shift) // WINDOW
        if length > 0:
            windows = np.frombuffer(content, "<u8", length, shift)
            for start in np.unique(windows[np.isin(windows, wanted)]):
                yield from (value for way, value in starts[int(start)] if way in content)


def _texts(value: str) -> list[bytes]:
    return [value.encode(), value.encode().hex().encode(), value.encode("utf-16-le")]


def _encodings(value: str) -> list[bytes]:
    ways = []
    for shift in range(3):
        # The characters at both ends depend on what stands beside the value.
        encoded = base64.b64encode(b"\0" * shift + value.encode())
        middle = encoded[(shift * 8 + 5) // 6 : (shift + len(value.encode())) * 8 // 6]
        ways += [middle, middle.translate(bytes.maketrans(b"+/", b"-_"))]
    with contextlib.suppress(ValueError):
        ways.append(struct.pack("<d", float(value)))
        ways.append(struct.pack("<q", int(value)))
    return ways


def unpacked(name: str, content: bytes, depth: int = 0) -> Iterator[Found]:
    """The content itself and all that is packed in it, each with the kind of its packing."""
    yield name, content
    if depth == DEEPEST:
        return
    for kind, inner in _inner(content):
        yield from unpacked(f"{name}>{kind}", inner, depth + 1)


def _inner(content: bytes) -> Iterator[Found]:
    if content[:2] == b"\x1f\x8b":
        # As far as it goes: a damaged file gives what stands before the damage.
        yield "gzip", zlib.decompressobj(31).decompress(content)
    elif content[:4] == b"\x28\xb5\x2f\xfd":
        yield "zstd", zstandard.ZstdDecompressor().decompressobj().decompress(content)
    elif content[:4] == b"PAR1":
        yield from _parquet(content)
    elif content[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            yield from (("zip", file.read(member)) for member in file.namelist())
    elif content[:1] == b"\x78":
        with contextlib.suppress(zlib.error):
            yield "zlib", zlib.decompress(content)


def _parquet(content: bytes) -> Iterator[Found]:
    with contextlib.suppress(OSError, pa.ArrowException), pq.ParquetFile(io.BytesIO(content)) as file:
        for name, column in zip(file.schema_arrow.names, file.read().columns, strict=True):
            values = column.to_pylist()
            yield f"parquet:{name}", "\n".join(map(str, values)).encode()
            yield from ((f"parquet:{name}", value) for value in values if isinstance(value, bytes))


def _sqlite(path: Path) -> Iterator[Found]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in connection.execute(f'select * from "{table.decode()}"'):
                cells = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
                yield f"sqlite:{table.decode()}", b"\n".join(cells)
                yield from ((f"sqlite:{table.decode()}", cell) for cell in cells)


def _avro(path: Path) -> Iterator[Found]:
    with AvroFile(PyArrowFileIO().new_input(str(path))) as records:
        for record in records:
            yield "avro", repr(record).encode()
            yield from (("avro", value) for value in _bytes_of(record))


def _bytes_of(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from (part for item in value.items() for part in _bytes_of(list(item)))
    elif isinstance(value, list | tuple):
        yield from (part for item in value for part in _bytes_of(item))
    elif hasattr(value, "_data"):
        yield from _bytes_of(list(value._data))


def contents(folder: Path) -> Iterator[Found]:
    """All content below a folder, by place: path and packing."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        with contextlib.suppress(FileNotFoundError):
            content = path.read_bytes()
            yield from unpacked(name, content)
            yield name, name.encode()
            # What these read is more than one file's bytes say: a log of changes beside it, blocks of its own.
            opened = _sqlite(path) if content[:15] == b"SQLite format 3" else ()
            opened = _avro(path) if content[:3] == b"Obj" else opened
            for kind, inner in opened:
                yield from unpacked(f"{name}>{kind}", inner, 1)


def main() -> None:
    needles = Needles(json.loads(Path(sys.argv[1]).read_text()))
    looked: Counter[str] = Counter()
    found: dict[str, list[str]] = {}
    for folder in map(Path, sys.argv[2:]):
        for place, content in contents(folder):
            kinds = [packing.split(":")[0] for packing in place.split(">")[1:]]
            looked[">".join(kinds) or "plain"] += 1
            for value in needles.within(content):
                found.setdefault(value, []).append(f"{folder.name}/{place}")
    places = {value: sorted(set(where)) for value, where in found.items()}
    print(json.dumps({"looked": looked, "found": places}))


if __name__ == "__main__":
    main()
