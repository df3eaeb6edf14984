"""The mergeable sketch of text: exact counts of every value while few, an honest sample of the values beyond that.

Up to 4,096 different values all counts are exact (`complete`). Beyond, two things remain that still merge exactly and
depend on the rows alone: the exact counts of the 1,024 values with the smallest 64-bit hashes (a value among the
smallest of the whole is among the smallest of every part that has it, so its count never loses a row), and the rows
per 1,024 hash ranges. Kept "most frequent" counts, the usual choice, cannot have that property.
Error then: `trimmed_rows` rows belong to values not kept; a value not kept has at most the rows of its hash range;
distinct values are estimated from the kept hashes (standard error 3.1 %).
Texts above 100 characters are kept as their first 100 characters and a hash of the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.keys import Ints, Unsigned, hashes_of_text
from platform_assets.quality.profile.smallest import estimate_distinct

MAX_VALUES = 4096
MAX_SAMPLE = 1024
HASH_RANGES = 1024
MAX_CHARACTERS = 100
_RANGE_SHIFT = np.uint64(64 - 10)


@dataclass(frozen=True, slots=True, eq=False)
class TextSketch:
    """`values` (sorted by UTF-8 bytes) with their `counts`; `range_counts` (1,024 hash ranges) once not complete."""

    values: pa.LargeStringArray
    counts: Ints
    range_counts: Ints | None

    @property
    def complete(self) -> bool:
        """Whether every value is kept."""
        return self.range_counts is None

    @property
    def rows(self) -> int:
        """Number of values, kept or not."""
        return int((self.counts if self.range_counts is None else self.range_counts).sum())

    @property
    def trimmed_rows(self) -> int:
        """Rows of values that are not kept: the recorded error, 0 while complete."""
        return self.rows - int(self.counts.sum())

    @property
    def distinct(self) -> int:
        """Number of different values, exact or estimated as the module describes."""
        return len(self.values) if self.complete else estimate_distinct(np.sort(self.hashes()))

    def hashes(self) -> Unsigned:
        """64-bit hashes of the kept values, in their order."""
        return hashes_of_text(self.values)

    def rows_by_range(self) -> Ints:
        """Rows per hash range (int64, 1,024), also for a complete sketch."""
        return _rows_by_range(self.hashes(), self.counts) if self.range_counts is None else self.range_counts

    def most_frequent(self, top: int) -> list[tuple[str, int]]:
        """The `top` kept values by falling count, then by value; of the sample only when not complete."""
        order = np.argsort(-self.counts, kind="stable")[:top]
        return [(self.values[int(i)].as_py(), int(self.counts[i])) for i in order]

    def as_dict(self) -> dict[str, int]:
        """Kept values and their exact counts."""
        return dict(zip(self.values.to_pylist(), self.counts.tolist(), strict=True))


NO_TEXT = TextSketch(pa.nulls(0, pa.large_string()), np.empty(0, np.int64), None)


def sketch_of_text(values: pa.LargeStringArray, counts: Ints) -> TextSketch:
    """Sketch of different texts without nulls, each occurring `counts` times."""
    values = shorten(values)
    if len(values) <= MAX_VALUES:
        return TextSketch(*_sorted_by_value(values, counts), None)
    hashes = hashes_of_text(values)
    return TextSketch(*_sample(values, counts, hashes), _rows_by_range(hashes, counts))


def merge_text(sketches: Sequence[TextSketch]) -> TextSketch:
    """Sketch of all rows of `sketches`; associative, commutative and exact as the module describes."""
    filled = [sketch for sketch in sketches if len(sketch.values)]
    if len(filled) < 2:
        return filled[0] if filled else NO_TEXT
    encoded = pa.concat_arrays([sketch.values for sketch in filled]).dictionary_encode()
    counts = np.zeros(len(encoded.dictionary), dtype=np.int64)
    np.add.at(counts, encoded.indices.to_numpy(), np.concatenate([sketch.counts for sketch in filled]))
    values = encoded.dictionary
    if len(values) <= MAX_VALUES and all(sketch.complete for sketch in filled):
        return TextSketch(*_sorted_by_value(values, counts), None)
    ranges = np.stack([sketch.rows_by_range() for sketch in filled]).sum(axis=0, dtype=np.int64)
    return TextSketch(*_sample(values, counts, hashes_of_text(values)), ranges)


def shorten(values: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts above 100 characters become their first 100 characters, `...#` and 16 hexadecimal digits of their hash."""
    lengths = pc.utf8_length(values)
    if len(values) == 0 or pc.max(lengths).as_py() <= MAX_CHARACTERS:
        return values
    long = pc.greater(lengths, MAX_CHARACTERS)
    originals = values.filter(long)
    hexes = [f"...#{digest:016x}" for digest in hashes_of_text(originals).tolist()]
    heads = pc.utf8_slice_codeunits(originals, 0, MAX_CHARACTERS)
    labels = pc.binary_join_element_wise(heads, pa.array(hexes, pa.large_string()), pa.scalar("", pa.large_string()))
    return pc.replace_with_mask(values, long, labels)


def _sorted_by_value(values: pa.LargeStringArray, counts: Ints) -> tuple[pa.LargeStringArray, Ints]:
    order = pc.sort_indices(values)
    return values.take(order), counts[order.to_numpy()]


def _sample(values: pa.LargeStringArray, counts: Ints, hashes: Unsigned) -> tuple[pa.LargeStringArray, Ints]:
    kept = np.argpartition(hashes, MAX_SAMPLE - 1)[:MAX_SAMPLE]
    return _sorted_by_value(values.take(pa.array(kept)), counts[kept])


def _rows_by_range(hashes: Unsigned, counts: Ints) -> Ints:
    sums = np.zeros(HASH_RANGES, dtype=np.int64)
    np.add.at(sums, (hashes >> _RANGE_SHIFT).astype(np.int64), counts)
    return sums
