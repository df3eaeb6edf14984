"""Canonical bytes of profiles, without compression: a compressor's output may differ between versions and machines.

Layout: magic and version, then varints, length-prefixed text, and arrays as first value plus differences (or plain)
in the narrowest unsigned width that holds them. Later versions may append fields; an unknown version is refused.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.column import ColumnProfile, Kind
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Ints, Unsigned
from platform_assets.quality.profile.moments import Moments
from platform_assets.quality.profile.ordered import EMPTY, MAX_HASHES, OrderedSketch
from platform_assets.quality.profile.text import NO_TEXT, TextSketch

_TABLE_MAGIC = b"PROFILE-T1"
_COLUMN_MAGIC = b"PROFILE-C1"
_KINDS: tuple[Kind, ...] = ("numeric", "text", "timestamp", "boolean", "other")


class Writer:
    """Appends values to a byte string."""

    def __init__(self) -> None:
        """Start empty."""
        self.data = bytearray()

    def uint(self, value: int) -> None:
        """A non-negative integer of any size, 7 bits a byte."""
        while value > 0x7F:
            self.data.append((value & 0x7F) | 0x80)
            value >>= 7
        self.data.append(value)

    def blob(self, value: bytes) -> None:
        """Bytes with their length in front."""
        self.uint(len(value))
        self.data += value

    def integer(self, value: int) -> None:
        """A signed integer of any size: trailing zero bits, then two's complement."""
        zeros = (value & -value).bit_length() - 1 if value else 0
        odd = value >> zeros
        self.uint(zeros)
        self.blob(odd.to_bytes(odd.bit_length() // 8 + 1, "little", signed=True))

    def text(self, value: str | None) -> None:
        """Text or None."""
        self.blob(b"" if value is None else b"+" + value.encode())

    def array(self, values: npt.NDArray[np.uint64]) -> None:
        """Unsigned integers in the narrowest of 1, 2, 4 or 8 bytes."""
        largest = int(values.max()) if len(values) else 0
        width = next(w for w in (1, 2, 4, 8) if largest < 1 << (8 * w))
        self.uint(width)
        self.blob(values.astype(f"<u{width}").tobytes())

    def ascending(self, values: npt.NDArray[np.uint64]) -> None:
        """Sorted integers as the first and the differences (modulo 2**64)."""
        self.uint(int(values[0]) if len(values) else 0)
        self.array(values[1:] - values[:-1] if len(values) else values)


class Reader:
    """Reads what `Writer` wrote, in the same order."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte."""
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes; `ProfileError` if there are fewer."""
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise ProfileError(f"profile bytes end at {len(self.data)}, more were announced; profile the data again.")
        self.at += size
        return piece

    def uint(self) -> int:
        """Inverse of `Writer.uint`."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def blob(self) -> bytes:
        """Inverse of `Writer.blob`."""
        return self.take(self.uint())

    def integer(self) -> int:
        """Inverse of `Writer.integer`."""
        zeros = self.uint()
        return int.from_bytes(self.blob(), "little", signed=True) << zeros

    def text(self) -> str | None:
        """Inverse of `Writer.text`."""
        value = self.blob()
        return value[1:].decode() if value else None

    def array(self) -> Unsigned:
        """Inverse of `Writer.array`."""
        width = self.uint()
        return np.frombuffer(self.blob(), dtype=f"<u{width}").astype(np.uint64)

    def ascending(self, size: int) -> Unsigned:
        """Inverse of `Writer.ascending` for `size` values."""
        first = np.array([self.uint()], dtype=np.uint64)
        return np.cumsum(np.concatenate([first, self.array()]), dtype=np.uint64)[:size]


def table_to_bytes(rows: int, columns: dict[str, ColumnProfile]) -> bytes:
    """Bytes of a table profile, columns by name."""
    writer = Writer()
    writer.data += _TABLE_MAGIC
    writer.uint(rows)
    writer.uint(len(columns))
    for name in sorted(columns):
        writer.blob(name.encode())
        writer.blob(column_to_bytes(columns[name]))
    return bytes(writer.data)


def table_from_bytes(data: bytes) -> tuple[int, dict[str, ColumnProfile]]:
    """Rows and column profiles; inverse of `table_to_bytes`."""
    reader = _open(data, _TABLE_MAGIC)
    rows, size = reader.uint(), reader.uint()
    return rows, {reader.blob().decode(): column_from_bytes(reader.blob()) for _ in range(size)}


def column_to_bytes(column: ColumnProfile) -> bytes:
    """Bytes of one column profile."""
    writer = Writer()
    writer.data += _COLUMN_MAGIC
    writer.uint(_KINDS.index(column.kind))
    for number in _counts(column):
        writer.uint(number)
    writer.uint(column.moments.n)
    writer.integer(column.moments.total)
    writer.integer(column.moments.squares)
    _write_ordered(writer, column.ordered)
    _write_text(writer, column.text)
    writer.text(column.first_text)
    writer.text(column.last_text)
    return bytes(writer.data)


def column_from_bytes(data: bytes) -> ColumnProfile:
    """Inverse of `column_to_bytes`; `ProfileError` if the bytes are something else."""
    reader = _open(data, _COLUMN_MAGIC)
    kind = _KINDS[reader.uint()]
    count, nulls, nan, positive, negative = (reader.uint() for _ in range(5))
    moments = Moments(reader.uint(), reader.integer(), reader.integer())
    ordered, text = _read_ordered(reader), _read_text(reader)
    first, last = reader.text(), reader.text()
    return ColumnProfile(kind, count, nulls, nan, positive, negative, moments, ordered, text, first, last)


def _counts(column: ColumnProfile) -> tuple[int, ...]:
    return column.count, column.nulls, column.nan, column.positive_infinities, column.negative_infinities


def _open(data: bytes, magic: bytes) -> Reader:
    reader = Reader(data)
    if data[: len(magic)] != magic:
        raise ProfileError(f"these bytes are not a profile of version {magic.decode()}; profile the data again.")
    reader.at = len(magic)
    return reader


def _write_ordered(writer: Writer, sketch: OrderedSketch) -> None:
    writer.uint(len(sketch.bins))
    if len(sketch.bins):
        writer.uint(sketch.shift)
        writer.ascending(sketch.bins.view(np.uint64))
        writer.array(sketch.counts.view(np.uint64))
        writer.integer(sketch.smallest)
        writer.integer(sketch.largest)
        if sketch.hashes is not None:
            writer.ascending(sketch.hashes)


def _read_ordered(reader: Reader) -> OrderedSketch:
    size = reader.uint()
    if not size:
        return EMPTY
    shift, bins, counts = reader.uint(), reader.ascending(size).view(np.int64), _signed(reader.array())
    smallest, largest = reader.integer(), reader.integer()
    return OrderedSketch(shift, bins, counts, reader.ascending(MAX_HASHES) if shift else None, smallest, largest)


def _write_text(writer: Writer, sketch: TextSketch) -> None:
    writer.uint(len(sketch.values))
    if len(sketch.values):
        writer.array(pc.binary_length(sketch.values).to_numpy().astype(np.uint64))
        writer.blob("".join(sketch.values.to_pylist()).encode())
        writer.array(sketch.counts.view(np.uint64))
        writer.array(np.empty(0, np.uint64) if sketch.range_counts is None else sketch.range_counts.view(np.uint64))


def _read_text(reader: Reader) -> TextSketch:
    if not reader.uint():
        return NO_TEXT
    lengths, data = reader.array().astype(np.int64), reader.blob()
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    values = pa.LargeStringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(data))
    counts, ranges = _signed(reader.array()), _signed(reader.array())
    return TextSketch(values, counts, ranges if len(ranges) else None)


def _signed(values: Unsigned) -> Ints:
    return values.view(np.int64)
