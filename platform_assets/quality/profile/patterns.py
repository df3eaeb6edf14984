"""Which shapes the texts of a column have: `N12345` becomes `a9`, `2013-01-31` becomes `9-9-9`.

The pattern of a text: each letter, and each character outside ASCII, becomes `a`, each digit `9`, all else stays;
runs of one symbol collapse to one. Only the first 64 bytes of the UTF-8 text count, so that huge texts cost little.
State: rows per pattern, of which the first `width` symbols are kept: the largest of 32, 16, 8, 4, 2 and 1 that leaves
at most 256 patterns (one symbol leaves at most 68). More rows never allow more symbols, hence merging is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.counting import distinct_texts
from platform_assets.quality.profile.keys import Ints

MAX_PATTERNS = 256
WIDTHS = (32, 16, 8, 4, 2, 1)
HEAD_BYTES = 64
Bytes = npt.NDArray[np.uint8]


def _symbols() -> Bytes:
    symbols = np.arange(256, dtype=np.uint8)
    symbols[128:] = ord("a")
    symbols[[code for code in range(128) if chr(code).isalpha()]] = ord("a")
    symbols[[code for code in range(128) if chr(code).isdigit()]] = ord("9")
    return symbols


_SYMBOLS = _symbols()


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """`values` (patterns of at most `width` symbols, sorted) and the exact rows of each."""

    width: int
    values: pa.LargeStringArray
    counts: Ints

    def most_frequent(self, top: int) -> list[tuple[str, int]]:
        """The `top` patterns by falling rows, then by pattern; exact."""
        order = np.argsort(-self.counts, kind="stable")[:top].tolist()
        return [(self.values[index].as_py(), int(self.counts[index])) for index in order]

    def as_dict(self) -> dict[str, int]:
        """Rows of each pattern, the most frequent first."""
        return dict(self.most_frequent(MAX_PATTERNS))


def patterns_of_text(values: pa.LargeStringArray, rows: Ints) -> Patterns:
    """Patterns of different texts, each in `rows` rows."""
    return _fitted(*distinct_texts(pattern_of(values), rows), WIDTHS[0])


def merge_patterns(parts: Sequence[Patterns]) -> Patterns:
    """Patterns of the rows of all parts; associative, commutative and exact as the module describes."""
    width = min(part.width for part in parts)
    values = pa.concat_arrays([part.values for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    return _fitted(*_cut(values, counts, width), width)


def pattern_of(values: pa.LargeStringArray) -> pa.LargeStringArray:
    """The pattern of each text, at most 32 symbols; no nulls expected."""
    heads, bounds = _heads(values)
    symbols = _SYMBOLS[heads]
    starts = np.ones(len(symbols), bool)
    starts[1:] = symbols[1:] != symbols[:-1]
    starts[bounds[:-1][np.diff(bounds) > 0]] = True
    seen = np.concatenate([[0], np.cumsum(starts)])
    ends = seen[bounds]
    place = np.arange(int(ends[-1])) - np.repeat(ends[:-1], np.diff(ends))
    kept = place < WIDTHS[0]
    sizes = np.minimum(np.diff(ends), WIDTHS[0])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    data = symbols[starts][kept]
    return pa.LargeStringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(data))


def _heads(values: pa.LargeStringArray) -> tuple[Bytes, Ints]:
    """The first `HEAD_BYTES` bytes of all texts in one array, and where each begins (with the end of the last)."""
    _, offset_buffer, data_buffer = values.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(data_buffer or b"", dtype=np.uint8)
    sizes = np.minimum(np.diff(offsets), HEAD_BYTES)
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    if int(bounds[-1]) == int(offsets[-1] - offsets[0]):
        return data[offsets[0] : offsets[-1]], bounds
    return data[np.repeat(offsets[:-1] - bounds[:-1], sizes) + np.arange(int(bounds[-1]))], bounds


def _fitted(values: pa.LargeStringArray, counts: Ints, width: int) -> Patterns:
    while len(values) > MAX_PATTERNS:
        width //= 2
        values, counts = _cut(values, counts, width)
    order = pc.sort_indices(values)
    return Patterns(width, values.take(order), counts[order.to_numpy()])


def _cut(values: pa.LargeStringArray, counts: Ints, width: int) -> tuple[pa.LargeStringArray, Ints]:
    return distinct_texts(pc.utf8_slice_codeunits(values, 0, width), counts)
