"""The profile of one column: what is counted exactly, and the statistics derived from its sketch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Floats, Ints, floats_of_keys, keys_of_floats
from platform_assets.quality.profile.moments import Moments
from platform_assets.quality.profile.ordered import EMPTY, OrderedSketch, merge_ordered
from platform_assets.quality.profile.text import NO_TEXT, TextSketch, merge_text

#: `other` is any type without an order of its own (lists, structs, binary, all null): rows and nulls are counted only.
Kind = Literal["numeric", "text", "timestamp", "boolean", "other"]
FREQUENT_VALUES = 20


@dataclass(frozen=True, slots=True, eq=False)
class ColumnProfile:
    """Counts (rows), exact moments and one sketch of a column; timestamps are microseconds since 1970 UTC.

    `count` is the number of rows in which the column existed, nulls included. Statistics use finite values only.
    """

    kind: Kind
    count: int
    nulls: int = 0
    nan: int = 0
    positive_infinities: int = 0
    negative_infinities: int = 0
    moments: Moments = field(default_factory=Moments)
    ordered: OrderedSketch = EMPTY
    text: TextSketch = NO_TEXT
    first_text: str | None = None
    last_text: str | None = None

    @property
    def infinities(self) -> int:
        """Rows that are plus or minus infinity."""
        return self.positive_infinities + self.negative_infinities

    @property
    def values(self) -> int:
        """Rows that the statistics rest on: neither null nor NaN nor infinite."""
        return self.count - self.nulls - self.nan - self.infinities

    @property
    def null_share(self) -> float:
        """Nulls / rows, from 0 to 1; 0 without rows."""
        return self.nulls / self.count if self.count else 0.0

    @property
    def missing_share(self) -> float:
        """Rows without a usable value (null, NaN or infinite) / rows, from 0 to 1; 0 without rows."""
        return (self.count - self.values) / self.count if self.count else 0.0

    @property
    def min(self) -> float | str | None:
        """Smallest finite value (exact), or first text by UTF-8 bytes (its first 100 characters)."""
        return self.first_text if self.kind == "text" else self._float_of(self.ordered.smallest)

    @property
    def max(self) -> float | str | None:
        """Largest finite value (exact), or last text by UTF-8 bytes (its first 100 characters)."""
        return self.last_text if self.kind == "text" else self._float_of(self.ordered.largest)

    @property
    def mean(self) -> float | None:
        """Exact mean, correctly rounded; None for text or without values."""
        return self.moments.mean

    @property
    def std(self) -> float | None:
        """Population standard deviation from exact sums; None for text or without values."""
        return self.moments.std

    @property
    def distinct(self) -> int:
        """Different values: exact up to 4,096, else an estimate with a standard error of 3.1 %."""
        return self.text.distinct if self.kind == "text" else self.ordered.distinct

    @property
    def distinct_is_exact(self) -> bool:
        """Whether `distinct` is a count and not an estimate."""
        return self.text.complete if self.kind == "text" else self.ordered.exact

    def frequent(self, top: int = FREQUENT_VALUES) -> list[tuple[str, int]]:
        """Most frequent texts with exact counts; of the kept sample only when there are too many (see `text`)."""
        return self.text.most_frequent(top)

    def quantile(self, q: float) -> float | None:
        """Smallest value with at least the share `q` of the values at or below it; None for text or without values.

        Exact up to 4,096 distinct values; else interpolated within the bin that holds it (see `quantile_bounds`).
        """
        bounds = self.quantile_bounds(q)
        if bounds is None:
            return None
        lower, upper, position = *bounds, self.ordered.rank_bounds(q)[2]
        return min(max(lower * (1.0 - position) + upper * position, lower), upper)

    def quantile_bounds(self, q: float) -> tuple[float, float] | None:
        """Values between which quantile `q` lies for certain; equal when exact. None for text or without values."""
        if not 0.0 <= q <= 1.0:
            raise ProfileError(f"quantile {q} is outside 0 to 1; ask for a share such as 0.5 for the median.")
        if not len(self.ordered.bins):
            return None
        lower, upper, _ = self.ordered.rank_bounds(q)
        low, high = self.floats(np.array([lower, upper], dtype=np.int64)).tolist()
        return low, high

    def cdf(self, points: Sequence[float] | Floats) -> Floats:
        """Share of the values at or below each point; error at most `ordered.largest_bin_share`. NaN without values."""
        at = np.asarray(points, dtype=np.float64)
        if not len(self.ordered.bins):
            return np.full(at.shape, np.nan)
        lower, upper, counts = self.bins()
        cumulated = np.concatenate([[0], np.cumsum(counts)]).astype(np.float64)
        index = np.searchsorted(lower, at, side="right")
        last = np.maximum(index - 1, 0)
        width = upper[last] - lower[last]
        with np.errstate(invalid="ignore", divide="ignore"):
            inside = np.where(width > 0, np.clip((at - lower[last]) / width, 0.0, 1.0), 1.0)
        below = cumulated[last] + inside * counts[last]
        return np.asarray(np.where(index > 0, below, 0.0) / cumulated[-1])

    def bins(self) -> tuple[Floats, Floats, Ints]:
        """Histogram as kept: lower and upper value (both inside the bin) and rows of each occupied bin."""
        sketch = self.ordered
        return self.floats(sketch.lower_keys()), self.floats(sketch.upper_keys()), sketch.counts

    def floats(self, keys: Ints) -> Floats:
        """Keys of this column's kind as plain values (microseconds for timestamps)."""
        return floats_of_keys(keys) if self.kind == "numeric" else keys.astype(np.float64)

    def keys(self, values: Floats) -> Ints:
        """Plain values as keys of this column's kind."""
        return keys_of_floats(values) if self.kind == "numeric" else values.astype(np.int64)

    def _float_of(self, key: int) -> float | None:
        if not len(self.ordered.bins):
            return None
        return float(self.floats(np.array([key], dtype=np.int64))[0])


def merge_columns(name: str, parts: Sequence[ColumnProfile]) -> ColumnProfile:
    """Profile of the rows of all parts. An all-null part takes the kind of the others."""
    filled = {part.kind for part in parts if part.count > part.nulls}
    kinds = sorted(filled or {part.kind for part in parts})
    if len(filled) > 1:
        raise ProfileError(
            f"column '{name}' is {' and '.join(kinds)} in the profiles to merge; one column has one kind. "
            "Cast it to one type before profiling, or profile again the partitions that differ."
        )
    moments = Moments()
    for part in parts:
        moments = moments.plus(part.moments)
    texts = [text for part in parts for text in (part.first_text, part.last_text) if text is not None]
    return ColumnProfile(
        kind=kinds[0],
        count=sum(part.count for part in parts),
        nulls=sum(part.nulls for part in parts),
        nan=sum(part.nan for part in parts),
        positive_infinities=sum(part.positive_infinities for part in parts),
        negative_infinities=sum(part.negative_infinities for part in parts),
        moments=moments,
        ordered=merge_ordered([part.ordered for part in parts]),
        text=merge_text([part.text for part in parts]),
        first_text=min(texts, default=None),
        last_text=max(texts, default=None),
    )
