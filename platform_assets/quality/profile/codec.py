"""Canonical bytes of profiles, without compression: a compressor's output may differ between versions and machines.

Layout: magic and version, then the fields in order (`wire` and `codec_sketches` say how each is written).
Version 2 is written. Version 1, which stored profiles may have, is still read: what it did not measure is None
(`text_bytes`, `lengths`, `patterns`, `keys`, rows of sampled values), and its bins of one width are kept as they are.
Merged with newer profiles the counts, moments and distribution are right for all rows, the bins at least as coarse as
the older ones, in any order of merging; what one part does not know stays None. An unknown version is refused.
"""

from dataclasses import replace

from platform_assets.quality.profile.arrow_values import Kind
from platform_assets.quality.profile.codec_sketches import (
    read_lengths,
    read_ordered,
    read_ordered_1,
    read_patterns,
    read_row_keys,
    read_text,
    write_lengths,
    write_ordered,
    write_patterns,
    write_row_keys,
    write_text,
)
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.row_keys import RowKeys
from platform_assets.quality.profile.wire import Reader, Writer

_TABLE_MAGIC = b"PROFILE-T"
_COLUMN_MAGIC = b"PROFILE-C"
_KEYS_MAGIC = b"PROFILE-K"
_VERSION = b"2"
_READABLE = (b"1", b"2")
_KINDS: tuple[Kind, ...] = ("numeric", "text", "timestamp", "boolean", "other")


def table_to_bytes(rows: int, columns: dict[str, ColumnProfile], keys: RowKeys | None) -> bytes:
    """Bytes of a table profile, columns by name."""
    writer = Writer()
    writer.data += _TABLE_MAGIC + _VERSION
    writer.uint(rows)
    writer.uint(len(columns))
    for name in sorted(columns):
        writer.blob(name.encode())
        writer.blob(column_to_bytes(columns[name]))
    write_row_keys(writer, keys)
    return bytes(writer.data)


def table_from_bytes(data: bytes) -> tuple[int, dict[str, ColumnProfile], RowKeys | None]:
    """Rows, column profiles and keys; inverse of `table_to_bytes`."""
    reader, version = _open(data, _TABLE_MAGIC)
    rows, size = reader.uint(), reader.uint()
    columns = {reader.blob().decode(): column_from_bytes(reader.blob()) for _ in range(size)}
    return rows, columns, None if version == b"1" else read_row_keys(reader)


def column_to_bytes(column: ColumnProfile) -> bytes:
    """Bytes of one column profile."""
    writer = Writer()
    writer.data += _COLUMN_MAGIC + _VERSION
    writer.uint(_KINDS.index(column.kind))
    for number in _counts(column):
        writer.uint(number)
    writer.moments(column.moments)
    write_ordered(writer, column.ordered)
    write_text(writer, column.text)
    writer.text(column.first_text)
    writer.text(column.last_text)
    writer.uint(0 if column.text_bytes is None else column.text_bytes + 1)
    write_lengths(writer, column.lengths)
    write_patterns(writer, column.patterns)
    return bytes(writer.data)


def column_from_bytes(data: bytes) -> ColumnProfile:
    """Inverse of `column_to_bytes`; `ProfileError` if the bytes are something else."""
    reader, version = _open(data, _COLUMN_MAGIC)
    kind = _KINDS[reader.uint()]
    count, nulls, nan, positive, negative = (reader.uint() for _ in range(5))
    moments = reader.moments()
    ordered = read_ordered_1(reader) if version == b"1" else read_ordered(reader)
    text = read_text(reader)
    first, last = reader.text(), reader.text()
    known = ColumnProfile(kind, count, nulls, nan, positive, negative, moments, ordered, text, first, last)
    if version == b"1":
        return known
    size = reader.uint()
    text_bytes = size - 1 if size else None
    return replace(known, text_bytes=text_bytes, lengths=read_lengths(reader), patterns=read_patterns(reader))


def row_keys_to_bytes(keys: RowKeys) -> bytes:
    """Bytes of the keys of a table alone."""
    writer = Writer()
    writer.data += _KEYS_MAGIC + _VERSION
    write_row_keys(writer, keys)
    return bytes(writer.data)


def row_keys_from_bytes(data: bytes) -> RowKeys | None:
    """Inverse of `row_keys_to_bytes`."""
    return read_row_keys(_open(data, _KEYS_MAGIC)[0])


def _counts(column: ColumnProfile) -> tuple[int, ...]:
    return column.count, column.nulls, column.nan, column.positive_infinities, column.negative_infinities


def _open(data: bytes, magic: bytes) -> tuple[Reader, bytes]:
    reader = Reader(data)
    version = data[len(magic) : len(magic) + 1]
    if data[: len(magic)] != magic or version not in _READABLE:
        readable = " or ".join(item.decode() for item in _READABLE)
        raise ProfileError(
            f"these bytes are not a profile of version {readable} ({magic.decode()}); profile the data again."
        )
    reader.at = len(magic) + 1
    return reader, version
