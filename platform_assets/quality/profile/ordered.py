"""The mergeable sketch of ordered values (numbers, times, booleans): counts by the leading bits of a 64-bit key.

State: rows per bin, where a bin is the keys that agree above a shift, and each region of the keys (an octave of
doubles) has its own shift, by the rule of `regions`: fine where values are dense, whatever lies far away. The rule
depends on the rows alone and only coarsens as rows are added, so merging gives exactly the bins of the whole:
the same rows give the same state in any order, batching or split.

Size: at most 4,096 bins while no more than 64 octaves are occupied, 262,144 at the very most.
Error: values are exact up to 4,096 different ones, later in every region that is not crowded. Elsewhere a quantile
lies within the bin of the true one and a distribution function is exact at bin borders, so its error is at most
`largest_bin_share`. Bins that follow the mass instead (finer wherever many rows are) cannot be merged exactly in
bounded size: which bins will be heavy in the whole is unknown to the parts, and rows already added up cannot be told
apart again. So a bulk much narrower than an octave, among thousands of other values in that same octave, can still
fall into one bin; there `sample` shows what is inside.
The sample: the values with the 1,024 smallest hashes (the hash is a bijection, so it is the value) and their exact
rows. A value among the smallest of the whole is among the smallest of every part that has it, so it merges exactly.
Distinct values are exact while every bin is one value, else estimated from those hashes (standard error 3.1 %;
Bar-Yossef et al. 2002, unbiased form of Beyer et al. 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.keys import Ints, Unsigned, mix, unmix
from platform_assets.quality.profile.regions import (
    MAX_BINS,
    REGIONS,
    Shifts,
    low_bits,
    region_of,
    widened,
    without_low_bits,
)
from platform_assets.quality.profile.smallest import Smallest, estimate_distinct, merge_smallest, smallest_of

MAX_HASHES = 1024

__all__ = [
    "EMPTY",
    "MAX_BINS",
    "MAX_HASHES",
    "OrderedSketch",
    "estimate_distinct",
    "merge_ordered",
    "sketch_of_keys",
    "sum_by_value",
]


@dataclass(frozen=True, slots=True, eq=False)
class OrderedSketch:
    """Rows per bin: `bins` (smallest key of each, sorted), `shifts` (of each) and `counts`; `sample` once not exact."""

    bins: Ints
    shifts: Shifts
    counts: Ints
    sample: Smallest | None
    smallest: int
    largest: int

    @property
    def shift(self) -> int:
        """Largest shift of any bin; 0 while every bin is one value."""
        return int(self.shifts.max()) if len(self.shifts) else 0

    @property
    def exact(self) -> bool:
        """Whether every bin is one value."""
        return self.shift == 0

    @property
    def rows(self) -> int:
        """Number of values."""
        return int(self.counts.sum())

    @property
    def hashes(self) -> Unsigned | None:
        """The smallest hashes of different values, at most 1,024, sorted; None while exact."""
        return None if self.sample is None else self.sample.hashes

    @property
    def distinct(self) -> int:
        """Number of different values, exact or estimated as the module describes."""
        return len(self.bins) if self.sample is None else self.sample.distinct

    @property
    def largest_bin_share(self) -> float:
        """Share of the values in the fullest bin of more than one value: the bound of the error of the cdf."""
        wide = self.counts[self.shifts > 0]
        return float(wide.max()) / self.rows if len(wide) else 0.0

    def lower_keys(self) -> Ints:
        """Smallest key of each bin, within the smallest and largest key seen."""
        return np.maximum(self.bins, np.int64(self.smallest))

    def upper_keys(self) -> Ints:
        """Largest key of each bin, within the smallest and largest key seen."""
        return np.asarray(np.minimum(self.bins | low_bits(self.shifts), np.int64(self.largest)))

    def coarsened(self, shift: int) -> tuple[Ints, Ints]:
        """Sorted `key >> shift` and the rows of each, at a `shift` at least as large as its own."""
        return sum_by_value(self.bins >> np.int64(shift), self.counts) if len(self.bins) else (self.bins, self.counts)

    def rank_of(self, q: float) -> int:
        """The rank of quantile `q`: the smallest number of rows, at least 1, with a share of at least `q`."""
        rows = self.rows
        return min(max(int(np.ceil(round(q * rows, 6))), 1), rows)

    def rank_bounds(self, q: float) -> tuple[int, int, float]:
        """Lower and upper key of the bin of quantile `q` and the position in it (above 0, at most 1)."""
        cumulated, rank = np.cumsum(self.counts), self.rank_of(q)
        index = int(np.searchsorted(cumulated, rank))
        before = int(cumulated[index - 1]) if index else 0
        position = (rank - before) / int(self.counts[index])
        return int(self.lower_keys()[index]), int(self.upper_keys()[index]), position

    def sampled_keys(self) -> tuple[Ints, Ints]:
        """Keys of the sampled values, sorted, and their exact rows; all while exact, none if rows are unknown."""
        if self.sample is None:
            return self.bins, self.counts
        if self.sample.rows is None:
            return self.bins[:0], self.counts[:0]
        keys = unmix(self.sample.hashes).view(np.int64)
        order = np.argsort(keys)
        return keys[order], self.sample.rows[order]


EMPTY = OrderedSketch(
    np.empty(0, np.int64), np.empty(0, np.uint8), np.empty(0, np.int64), None, 0, 0
)  # fmt: skip


def sketch_of_keys(keys: Ints, counts: Ints) -> OrderedSketch:
    """Sketch of sorted, different keys, each occurring `counts` times."""
    if not len(keys):
        return EMPTY
    exact = OrderedSketch(keys, np.zeros(len(keys), np.uint8), counts, None, int(keys[0]), int(keys[-1]))
    return exact if len(keys) <= MAX_BINS else _fitted([exact], *widened(keys, exact.shifts, counts))


def merge_ordered(sketches: Sequence[OrderedSketch]) -> OrderedSketch:
    """Sketch of all rows of `sketches`; associative, commutative and exact as the module describes."""
    filled = [sketch for sketch in sketches if len(sketch.bins)]
    if len(filled) < 2:
        return filled[0] if filled else EMPTY
    keys, counts = np.concatenate([s.bins for s in filled]), np.concatenate([s.counts for s in filled])
    shifts = np.zeros(len(keys), np.uint8)
    if not all(sketch.exact for sketch in filled):
        shifts = _shared_shifts(filled)[region_of(keys)]
        keys = without_low_bits(keys, shifts)
    return _fitted(filled, *widened(*_sorted_sums(keys, shifts, counts)))


def sum_by_value(values: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Sums of `counts` per run of equal, sorted `values`."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return values[starts], np.add.reduceat(counts, starts)


def _fitted(parts: Sequence[OrderedSketch], keys: Ints, shifts: Shifts, counts: Ints) -> OrderedSketch:
    """The sketch with these bins; a sample of the values of `parts` once they cannot be told from the bins."""
    sample = merge_smallest([_sample_of(part) for part in parts], MAX_HASHES) if shifts.any() else None
    smallest, largest = min(part.smallest for part in parts), max(part.largest for part in parts)
    return OrderedSketch(keys, shifts, counts, sample, smallest, largest)


def _shared_shifts(sketches: Sequence[OrderedSketch]) -> Shifts:
    """The largest shift of any sketch in each of the 4,096 regions."""
    shared = np.zeros(REGIONS, np.uint8)
    for sketch in sketches:
        regions = region_of(sketch.bins)
        shared[regions] = np.maximum(shared[regions], sketch.shifts)
    return shared


def _sorted_sums(keys: Ints, shifts: Shifts, counts: Ints) -> tuple[Ints, Shifts, Ints]:
    order = np.argsort(keys, kind="stable")
    keys, shifts = keys[order], shifts[order]
    firsts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[firsts], shifts[firsts], np.add.reduceat(counts[order], firsts)


def _sample_of(sketch: OrderedSketch) -> Smallest:
    if sketch.sample is not None:
        return sketch.sample
    return smallest_of(mix(sketch.bins.view(np.uint64)), sketch.counts, MAX_HASHES)
