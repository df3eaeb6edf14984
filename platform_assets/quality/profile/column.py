"""The profile of one column: what is counted exactly, and the statistics derived from its sketch."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from platform_assets.quality.profile.arrow_values import Kind as Kind
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.gaps import Gaps, gaps_of
from platform_assets.quality.profile.keys import Floats, Ints, floats_of_keys, keys_of_floats
from platform_assets.quality.profile.lengths import Lengths
from platform_assets.quality.profile.moments import Moments
from platform_assets.quality.profile.ordered import EMPTY, OrderedSketch
from platform_assets.quality.profile.patterns import Patterns
from platform_assets.quality.profile.refined import refined_bins
from platform_assets.quality.profile.text import NO_TEXT, TextSketch

FREQUENT_VALUES = 20


@dataclass(frozen=True, slots=True, eq=False)
class ColumnProfile:
    """Counts (rows), exact moments and one sketch of a column; timestamps are microseconds since 1970 UTC.

    `count` is the number of rows in which the column existed, nulls included. Statistics use finite values only.
    `text_bytes` (UTF-8), `lengths` and `patterns` are None but for text, for text without any value, and as soon as
    a profile stored before they were measured is merged in.
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
    text_bytes: int | None = None
    lengths: Lengths | None = None
    patterns: Patterns | None = None

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
    def value_bytes(self) -> int | None:
        """Bytes of the values, whatever holds them: 8 a number or time, 1 a boolean, UTF-8 of text; None if unknown."""
        if self.kind == "text":
            return self.text_bytes if self.values else 0
        return {"boolean": 1, "other": 0}.get(self.kind, 8) * (self.count - self.nulls)

    @property
    def true_share(self) -> float | None:
        """Share of true among the values of a boolean column; None for other kinds or without values."""
        return self.mean if self.kind == "boolean" else None

    @property
    def gaps(self) -> Gaps | None:
        """Gaps between neighbouring different times in microseconds; None for other kinds or below two times."""
        return gaps_of(self.ordered) if self.kind == "timestamp" else None

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

        Exact up to 4,096 distinct values; else interpolated within the bin that holds it (see `quantile_bounds`), by
        sampled values where the bin is full (see `refined`).
        """
        bounds = self.quantile_bounds(q)
        if bounds is None:
            return None
        lower, upper, rows = self._refined()
        cumulated = np.cumsum(rows)
        rank = self.ordered.rank_of(q)
        index = min(int(np.searchsorted(cumulated, rank - 1e-6)), len(rows) - 1)
        position = 1.0 - (float(cumulated[index]) - rank) / float(rows[index])
        value = float(lower[index]) * (1.0 - position) + float(upper[index]) * position
        return min(max(value, bounds[0]), bounds[1])

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
        lower, upper, counts = self._refined()
        cumulated = np.concatenate([[0.0], np.cumsum(counts)])
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

    def _refined(self) -> tuple[Floats, Floats, Floats]:
        lower, upper, rows = refined_bins(self.ordered)
        return self.floats(lower), self.floats(upper), rows

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
