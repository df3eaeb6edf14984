"""How each sketch of a profile is written and read again."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.keys import Ints, Unsigned
from platform_assets.quality.profile.lengths import Lengths
from platform_assets.quality.profile.ordered import EMPTY, MAX_HASHES, OrderedSketch
from platform_assets.quality.profile.patterns import Patterns
from platform_assets.quality.profile.regions import REGION_SHIFT, REGIONS, region_of, region_starts
from platform_assets.quality.profile.row_keys import RowKeys
from platform_assets.quality.profile.smallest import Smallest
from platform_assets.quality.profile.text import NO_TEXT, TextSketch
from platform_assets.quality.profile.wire import Reader, Writer

_WITHIN_REGION = np.int64((1 << REGION_SHIFT) - 1)


def write_ordered(writer: Writer, sketch: OrderedSketch) -> None:
    """Regions with their shifts, then the bins of each as steps of their own width, those of one value apart."""
    writer.uint(len(sketch.bins))
    if not len(sketch.bins):
        return
    starts = region_starts(sketch.bins)
    writer.ascending(region_of(sketch.bins[starts]).view(np.uint64))
    writer.array(np.diff(starts, append=len(sketch.bins)).astype(np.uint64))
    writer.array(sketch.shifts[starts].astype(np.uint64))
    places = ((sketch.bins & _WITHIN_REGION) >> sketch.shifts.astype(np.int64)).view(np.uint64)
    steps = np.diff(places, prepend=np.uint64(0))
    writer.array(places[starts])
    steps[starts] = 0
    for joined in (False, True):
        writer.array(steps[(sketch.shifts > 0) == joined])
    writer.array(sketch.counts.view(np.uint64))
    writer.integer(sketch.smallest)
    writer.integer(sketch.largest)
    if sketch.sample is not None:
        _write_smallest(writer, sketch.sample)


def read_ordered(reader: Reader) -> OrderedSketch:
    """Inverse of `write_ordered`."""
    size = reader.uint()
    if not size:
        return EMPTY
    regions = reader.ascending(REGIONS).view(np.int64)
    sizes = _signed(reader.array())
    shifts = np.repeat(reader.array().astype(np.uint8), sizes)
    firsts = reader.array()
    steps = np.zeros(size, np.uint64)
    for joined in (False, True):
        steps[(shifts > 0) == joined] = reader.array()
    starts = np.cumsum(sizes) - sizes
    walked = np.cumsum(steps)
    places = (walked + np.repeat(firsts - walked[starts], sizes)).view(np.int64)
    bases = (regions - np.int64(REGIONS // 2)) << np.int64(REGION_SHIFT)
    bins = np.repeat(bases, sizes) | (places << shifts.astype(np.int64))
    counts, smallest, largest = _signed(reader.array()), reader.integer(), reader.integer()
    return OrderedSketch(bins, shifts, counts, _read_smallest(reader) if shifts.any() else None, smallest, largest)


def read_ordered_1(reader: Reader) -> OrderedSketch:
    """A sketch of version 1: one shift for all bins, hashes without rows."""
    size = reader.uint()
    if not size:
        return EMPTY
    shift, bins, counts = reader.uint(), reader.ascending(size).view(np.int64), _signed(reader.array())
    smallest, largest = reader.integer(), reader.integer()
    sample = Smallest(reader.ascending(MAX_HASHES), None) if shift else None
    return OrderedSketch(bins << np.int64(shift), np.full(size, shift, np.uint8), counts, sample, smallest, largest)


def write_text(writer: Writer, sketch: TextSketch) -> None:
    """Values, their rows, and the rows per hash range once there are too many values."""
    writer.uint(len(sketch.values))
    if len(sketch.values):
        _write_values(writer, sketch.values)
        writer.array(sketch.counts.view(np.uint64))
        writer.array(np.empty(0, np.uint64) if sketch.range_counts is None else sketch.range_counts.view(np.uint64))


def read_text(reader: Reader) -> TextSketch:
    """Inverse of `write_text`."""
    if not reader.uint():
        return NO_TEXT
    values = _read_values(reader)
    counts, ranges = _signed(reader.array()), _signed(reader.array())
    return TextSketch(values, counts, ranges if len(ranges) else None)


def write_lengths(writer: Writer, lengths: Lengths | None) -> None:
    """Moments and sketch, or nothing but an empty sketch."""
    write_ordered(writer, EMPTY if lengths is None else lengths.sketch)
    if lengths is not None:
        writer.moments(lengths.moments)


def read_lengths(reader: Reader) -> Lengths | None:
    """Inverse of `write_lengths`."""
    sketch = read_ordered(reader)
    return Lengths(reader.moments(), sketch) if len(sketch.bins) else None


def write_patterns(writer: Writer, patterns: Patterns | None) -> None:
    """Width plus one (0 for none), patterns and rows."""
    writer.uint(0 if patterns is None else patterns.width + 1)
    if patterns is not None:
        _write_values(writer, patterns.values)
        writer.array(patterns.counts.view(np.uint64))


def read_patterns(reader: Reader) -> Patterns | None:
    """Inverse of `write_patterns`."""
    width = reader.uint()
    return Patterns(width - 1, _read_values(reader), _signed(reader.array())) if width else None


def write_row_keys(writer: Writer, keys: RowKeys | None) -> None:
    """Key columns (0 for none), rows and sample."""
    writer.uint(0 if keys is None else len(keys.columns))
    if keys is not None:
        for name in keys.columns:
            writer.blob(name.encode())
        writer.uint(keys.rows)
        _write_smallest(writer, keys.sample)


def read_row_keys(reader: Reader) -> RowKeys | None:
    """Inverse of `write_row_keys`."""
    columns = tuple(reader.blob().decode() for _ in range(reader.uint()))
    return RowKeys(columns, reader.uint(), _read_smallest(reader)) if columns else None


def _write_smallest(writer: Writer, sample: Smallest) -> None:
    writer.uint(len(sample.hashes))
    writer.ascending(sample.hashes)
    writer.array(np.empty(0, np.uint64) if sample.rows is None else sample.rows.view(np.uint64))


def _read_smallest(reader: Reader) -> Smallest:
    hashes, rows = reader.ascending(reader.uint()), _signed(reader.array())
    return Smallest(hashes, rows if len(rows) else None)


def _write_values(writer: Writer, values: pa.LargeStringArray) -> None:
    writer.array(pc.binary_length(values).to_numpy().astype(np.uint64))
    writer.blob("".join(values.to_pylist()).encode())


def _read_values(reader: Reader) -> pa.LargeStringArray:
    lengths, data = reader.array().astype(np.int64), reader.blob()
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return pa.LargeStringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(data))


def _signed(values: Unsigned) -> Ints:
    return values.view(np.int64)
