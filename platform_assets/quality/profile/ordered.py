"""The mergeable sketch of ordered values (numbers, times, booleans): counts by the leading bits of a 64-bit key.

State: the smallest `shift` that keeps at most 4,096 occupied bins of `key >> shift`, and the rows in each. A subset
never needs a larger shift than the whole, so merging (take the larger shift, add, widen if needed) gives exactly the
bins of the whole: the same rows give the same state in any order, batching or split.

Error: values are exact while shift is 0, which holds up to 4,096 distinct values. Beyond that a quantile lies within
the bin of the true one and a distribution function is exact at bin borders, so its error elsewhere is at most
`largest_bin_share`. For doubles a bin spans a relative width of about `2**(shift - 52)`. Known weakness: a tight bulk
with thousands of different junk values over many magnitudes puts much of the mass into one bin, which
`largest_bin_share` shows.
Distinct values are exact while shift is 0, else estimated from the 1,024 smallest hashes (standard error 3.1 %;
Bar-Yossef et al. 2002, unbiased form of Beyer et al. 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.keys import Ints, Unsigned, mix

MAX_BINS = 4096
MAX_HASHES = 1024


@dataclass(frozen=True, slots=True, eq=False)
class OrderedSketch:
    """Rows per bin: `bins` (sorted `key >> shift`) and `counts`, both int64; `hashes` only once shift is above 0."""

    shift: int
    bins: Ints
    counts: Ints
    hashes: Unsigned | None
    smallest: int
    largest: int

    @property
    def exact(self) -> bool:
        """Whether every bin is one value."""
        return self.shift == 0

    @property
    def rows(self) -> int:
        """Number of values."""
        return int(self.counts.sum())

    @property
    def distinct(self) -> int:
        """Number of different values, exact or estimated as the module describes."""
        return len(self.bins) if self.hashes is None else estimate_distinct(self.hashes)

    @property
    def largest_bin_share(self) -> float:
        """Share of the values in the fullest bin: the bound of the error of the distribution function; 0 if exact."""
        return 0.0 if self.exact or not len(self.counts) else float(self.counts.max()) / self.rows

    def lower_keys(self) -> Ints:
        """Smallest key of each bin, within the smallest and largest key seen."""
        return np.asarray(np.maximum(self.bins << np.int64(self.shift), self.smallest))

    def upper_keys(self) -> Ints:
        """Largest key of each bin, within the smallest and largest key seen."""
        width = np.int64((1 << self.shift) - 1)
        return np.asarray(np.minimum((self.bins << np.int64(self.shift)) + width, self.largest))

    def coarsened(self, shift: int) -> tuple[Ints, Ints]:
        """Bins and counts at a `shift` at least as large as its own."""
        bins = self.bins >> np.int64(shift - self.shift)
        return (bins, self.counts) if shift == self.shift else sum_by_value(bins, self.counts)

    def rank_bounds(self, q: float) -> tuple[int, int, float]:
        """Lower and upper key of the bin of quantile `q` and the position in it (above 0, at most 1)."""
        cumulated = np.cumsum(self.counts)
        rank = min(max(int(np.ceil(round(q * int(cumulated[-1]), 6))), 1), int(cumulated[-1]))
        index = int(np.searchsorted(cumulated, rank))
        before = int(cumulated[index - 1]) if index else 0
        position = (rank - before) / int(self.counts[index])
        return int(self.lower_keys()[index]), int(self.upper_keys()[index]), position


EMPTY = OrderedSketch(0, np.empty(0, np.int64), np.empty(0, np.int64), None, 0, 0)


def sketch_of_keys(keys: Ints, counts: Ints) -> OrderedSketch:
    """Sketch of sorted, different keys, each occurring `counts` times."""
    if not len(keys):
        return EMPTY
    shift = _needed_shift(keys)
    if shift == 0:
        return OrderedSketch(0, keys, counts, None, int(keys[0]), int(keys[-1]))
    bins, sums = sum_by_value(keys >> np.int64(shift), counts)
    return OrderedSketch(shift, bins, sums, _hashes_of_keys(keys), int(keys[0]), int(keys[-1]))


def merge_ordered(sketches: Sequence[OrderedSketch]) -> OrderedSketch:
    """Sketch of all rows of `sketches`; associative, commutative and exact as the module describes."""
    filled = [sketch for sketch in sketches if len(sketch.bins)]
    if len(filled) < 2:
        return filled[0] if filled else EMPTY
    common = max(sketch.shift for sketch in filled)
    parts = [sketch.coarsened(common) for sketch in filled]
    bins, counts = _sorted_sum(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
    more = _needed_shift(bins)
    hashes = _merge_hashes(filled) if common + more else None
    if more:
        bins, counts = sum_by_value(bins >> np.int64(more), counts)
    smallest, largest = min(s.smallest for s in filled), max(s.largest for s in filled)
    return OrderedSketch(common + more, bins, counts, hashes, smallest, largest)


def estimate_distinct(hashes: Unsigned) -> int:
    """`(K - 1) / h_K` for the K smallest hashes, taken as numbers between 0 and 1."""
    return round((len(hashes) - 1) * 2.0**64 / (float(hashes[-1]) + 1.0))


def sum_by_value(values: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Sums of `counts` per run of equal, sorted `values`."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return values[starts], np.add.reduceat(counts, starts)


def _sorted_sum(values: Ints, counts: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(values, kind="stable")
    return sum_by_value(values[order], counts[order])


def _needed_shift(keys: Ints) -> int:
    """Smallest shift with at most `MAX_BINS` bins: neighbours stay apart while a differing bit survives the shift."""
    if len(keys) <= MAX_BINS:
        return 0
    differing = (keys[1:] ^ keys[:-1]).view(np.uint64)
    return int(np.partition(differing, len(differing) - MAX_BINS)[len(differing) - MAX_BINS]).bit_length()


def _hashes_of_keys(keys: Ints) -> Unsigned:
    """The smallest hashes of different keys, sorted; all of them when there are no more than `MAX_HASHES`."""
    hashes = mix(keys.view(np.uint64))
    if len(hashes) > MAX_HASHES:
        hashes = np.partition(hashes, MAX_HASHES - 1)[:MAX_HASHES]
    return np.sort(hashes)


def _merge_hashes(sketches: Sequence[OrderedSketch]) -> Unsigned:
    """Smallest hashes of the union; nothing above the last hash of a full part can be among them."""
    parts = [_hashes_of_keys(s.bins) if s.hashes is None else s.hashes for s in sketches]
    limits = [part[-1] for part in parts if len(part) == MAX_HASHES]
    hashes = np.concatenate(parts)
    return np.unique(hashes[hashes <= min(limits)] if limits else hashes)[:MAX_HASHES]
