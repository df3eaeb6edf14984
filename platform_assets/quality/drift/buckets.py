"""Put two column profiles on common buckets, the only form in which the measures see them.

Numbers, times and booleans: the bins of both sketches at the coarser of their two resolutions, summed for PSI and
Jensen-Shannon into the reference's deciles. Text: single values, and one bucket for the rest.
"""

from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.aligned import aligned_bins
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.keys import Floats, Ints

DECILES = np.arange(1, 10) / 10.0
REST = "(rest)"
#: Categories with fewer expected rows than this join the rest (Cochran's rule for the chi-square approximation).
MIN_EXPECTED_ROWS = 5.0
_HASH_GROUPS = 64


@dataclass(frozen=True, slots=True)
class Buckets:
    """Rows per bucket in both windows (same length, same order) and a label for each."""

    reference: Ints
    current: Ints
    labels: list[str]


@dataclass(frozen=True, slots=True)
class CommonBins:
    """Ordered bins of both windows: rows of each and a representative value (the middle of the bin)."""

    reference: Ints
    current: Ints
    positions: Floats
    lower: Floats
    upper: Floats


def common_bins(reference: ColumnProfile, current: ColumnProfile) -> CommonBins:
    """Occupied bins of either profile, as fine as both know them; exact values when both are exact."""
    bins = aligned_bins(reference.ordered, current.ordered)
    lower, upper = reference.floats(bins.lower), reference.floats(bins.upper)
    return CommonBins(bins.left, bins.right, lower / 2.0 + upper / 2.0, lower, upper)


def decile_buckets(bins: CommonBins) -> Buckets:
    """Sums of `bins` between the deciles of the reference, both ends open, so at most ten buckets.

    A value that covers several deciles gets a bucket of its own, hence a constant reference gives below, equal, above.
    """
    cumulated = np.cumsum(bins.reference) / bins.reference.sum()
    at = np.searchsorted(cumulated, DECILES - 1e-12)
    atoms, times = np.unique(at, return_counts=True)
    ends = np.unique(np.concatenate([atoms, atoms[times > 1] - 1, [len(cumulated) - 1]]))
    ends = ends[ends >= 0]
    starts = np.concatenate([[0], ends[:-1] + 1])
    labels = [_range_label(bins, start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return Buckets(np.add.reduceat(bins.reference, starts), np.add.reduceat(bins.current, starts), labels)


def category_buckets(reference: ColumnProfile, current: ColumnProfile, max_categories: int) -> Buckets:
    """The most frequent texts of both windows one by one (by mean share), all others in the bucket `REST`.

    Values with fewer than `MIN_EXPECTED_ROWS` expected rows in the smaller window also join the rest. If a side has
    too many values to keep (`TextSketch`), buckets are 64 ranges of the hash; the measures then are lower bounds,
    since joining values never increases a divergence.
    """
    if not (reference.text.complete and current.text.complete):
        left = reference.text.rows_by_range().reshape(_HASH_GROUPS, -1).sum(axis=1)
        right = current.text.rows_by_range().reshape(_HASH_GROUPS, -1).sum(axis=1)
        return Buckets(left, right, [f"hash range {i + 1} of {_HASH_GROUPS}" for i in range(_HASH_GROUPS)])
    left_rows, right_rows = reference.text.as_dict(), current.text.as_dict()
    kept = _kept_values(left_rows, right_rows, max_categories)
    left_kept, right_kept = [left_rows.get(v, 0) for v in kept], [right_rows.get(v, 0) for v in kept]
    rest = reference.values - sum(left_kept), current.values - sum(right_kept)
    labels = kept if rest == (0, 0) else [*kept, REST]
    return Buckets(
        np.array([*left_kept, rest[0]][: len(labels)], dtype=np.int64),
        np.array([*right_kept, rest[1]][: len(labels)], dtype=np.int64),
        labels,
    )


def shares(rows: Ints) -> Floats:
    """Rows as shares of their sum."""
    return np.asarray(rows / rows.sum())


def _kept_values(left: dict[str, int], right: dict[str, int], max_categories: int) -> list[str]:
    left_sum, right_sum = sum(left.values()), sum(right.values())
    mean = {v: (left.get(v, 0) / left_sum + right.get(v, 0) / right_sum) / 2.0 for v in left.keys() | right.keys()}
    smaller = min(left_sum, right_sum)
    ranked = sorted(mean, key=lambda value: (-mean[value], value))[:max_categories]
    return [value for value in ranked if mean[value] * smaller >= MIN_EXPECTED_ROWS]


def _range_label(bins: CommonBins, start: int, end: int) -> str:
    low, high = float(bins.lower[start]), float(bins.upper[end])
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
