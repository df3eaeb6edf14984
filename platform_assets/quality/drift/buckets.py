"""Put two column profiles on common buckets, the only form in which the measures see them.

Numbers, times and booleans: the bins of both sketches at the coarser of their two resolutions, summed for PSI and its
kin into the reference's deciles. Text: single values, and one bucket for the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from platform_assets.quality.profile.aligned import aligned_bins
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.keys import Floats, Ints

DECILES = np.arange(1, 10) / 10.0
REST = "(rest)"
#: Categories with fewer expected rows than this join the rest (Cochran's rule for the chi-square approximation).
MIN_EXPECTED_ROWS = 5.0
#: The bin around zero holds 0 and sizes that no measurement has; a column of mostly zeros is exact there.
NEARLY_ZERO = 1e-200
_HASH_GROUPS = 64


@dataclass(frozen=True, slots=True)
class Buckets:
    """Rows per bucket in both windows (same length, same order), a label for each, and what is not known about them.

    `border_reference` and `border_current` are the rows that may belong to the next bucket instead, because the exact
    border lies within their bin; `joined` marks buckets of many values; `unbounded` says that several deciles fall
    into one bin, so that the exact buckets are not known.
    """

    reference: Ints
    current: Ints
    labels: list[str]
    border_reference: Ints
    border_current: Ints
    joined: npt.NDArray[np.bool_]
    unbounded: bool = False

    def shares(self) -> tuple[Floats, Floats]:
        """Shares of rows per bucket, of the reference and of the current window."""
        return shares(self.reference), shares(self.current)

    def share_ranges(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Smallest and largest shares that the exact buckets can have, each of both windows."""
        sides = ((self.reference, self.border_reference), (self.current, self.border_current))
        low = [(rows - border) / rows.sum() for rows, border in sides]
        high = [(rows + np.concatenate([[0], border[:-1]])) / rows.sum() for rows, border in sides]
        return (low[0], low[1]), (high[0], high[1])

    @property
    def joined_share(self) -> float:
        """Share of the rows of both windows, weighted alike, that lie in buckets of many values."""
        return float(sum(side[self.joined].sum() for side in self.shares()) / 2.0)


@dataclass(frozen=True, slots=True)
class CommonBins:
    """Ordered bins of both windows: rows of each and a representative value (the middle of the bin)."""

    reference: Ints
    current: Ints
    positions: Floats
    lower: Floats
    upper: Floats

    @property
    def wide(self) -> npt.NDArray[np.bool_]:
        """Bins of more than one value; sizes below `NEARLY_ZERO` count as zero."""
        return (self.upper > self.lower) & (np.maximum(np.abs(self.lower), np.abs(self.upper)) >= NEARLY_ZERO)

    @property
    def fullest_wide_share(self) -> float:
        """Largest share of the rows of either window in one bin of more than one value: 0 if exact."""
        return float(max(shares(rows)[self.wide].max(initial=0.0) for rows in (self.reference, self.current)))


def exact_buckets(reference: Ints, current: Ints, labels: list[str], joined: Sequence[int] = ()) -> Buckets:
    """Buckets whose borders are certain; `joined` are the places of those that hold many values."""
    none, many = np.zeros(len(labels), dtype=np.int64), np.zeros(len(labels), dtype=np.bool_)
    many[list(joined)] = True
    return Buckets(reference, current, labels, none, none, many)


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
    border = np.where(bins.wide[ends] & np.isin(ends, atoms) & (ends < len(cumulated) - 1), 1, 0)
    return Buckets(
        np.add.reduceat(bins.reference, starts),
        np.add.reduceat(bins.current, starts),
        labels,
        border * bins.reference[ends],
        border * bins.current[ends],
        np.zeros(len(ends), dtype=np.bool_),
        unbounded=bool(bins.wide[atoms[times > 1]].any()),
    )


def category_buckets(reference: ColumnProfile, current: ColumnProfile, max_categories: int) -> Buckets:
    """The most frequent texts of both windows one by one (by mean share), all others in the bucket `REST`.

    Values with fewer than `MIN_EXPECTED_ROWS` expected rows in the smaller window also join the rest. If a side has
    too many values to keep (`TextSketch`), buckets are 64 ranges of the hash; the measures then are lower bounds,
    since joining values never increases a divergence.
    """
    if not (reference.text.complete and current.text.complete):
        left = reference.text.rows_by_range().reshape(_HASH_GROUPS, -1).sum(axis=1)
        right = current.text.rows_by_range().reshape(_HASH_GROUPS, -1).sum(axis=1)
        labels = [f"hash range {i + 1} of {_HASH_GROUPS}" for i in range(_HASH_GROUPS)]
        return exact_buckets(left, right, labels, range(_HASH_GROUPS))
    left_rows, right_rows = reference.text.as_dict(), current.text.as_dict()
    kept = _kept_values(left_rows, right_rows, max_categories)
    left_kept, right_kept = [left_rows.get(v, 0) for v in kept], [right_rows.get(v, 0) for v in kept]
    rest = reference.values - sum(left_kept), current.values - sum(right_kept)
    labels = kept if rest == (0, 0) else [*kept, REST]
    return exact_buckets(
        np.array([*left_kept, rest[0]][: len(labels)], dtype=np.int64),
        np.array([*right_kept, rest[1]][: len(labels)], dtype=np.int64),
        labels,
        range(len(kept), len(labels)),
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
