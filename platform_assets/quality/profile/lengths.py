"""How long the texts of a column are, in characters: exact moments and a sketch of the lengths."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.counting import counted
from platform_assets.quality.profile.keys import Ints
from platform_assets.quality.profile.moments import Moments, moments_of_ints
from platform_assets.quality.profile.ordered import OrderedSketch, merge_ordered, sketch_of_keys


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """Characters (Unicode code points) per text; exact while there are at most 4,096 different lengths."""

    moments: Moments
    sketch: OrderedSketch

    @property
    def min(self) -> int:
        """Fewest characters."""
        return self.sketch.smallest

    @property
    def max(self) -> int:
        """Most characters."""
        return self.sketch.largest

    @property
    def mean(self) -> float:
        """Exact mean, correctly rounded."""
        return self.moments.mean or 0.0

    @property
    def std(self) -> float:
        """Population standard deviation from exact sums."""
        return self.moments.std or 0.0

    def quantile(self, q: float) -> int:
        """Largest length in the bin of quantile `q` (0 to 1); the quantile itself while exact."""
        return self.sketch.rank_bounds(q)[1]


def lengths_of_text(values: pa.LargeStringArray, rows: Ints) -> Lengths:
    """Lengths of different texts, each in `rows` rows; at least one."""
    lengths, sums = counted(pc.utf8_length(values).to_numpy().astype("int64"), rows)
    return Lengths(moments_of_ints(lengths, sums), sketch_of_keys(lengths, sums))


def merge_lengths(parts: Sequence[Lengths]) -> Lengths:
    """Lengths of the rows of all parts; exact like its ingredients."""
    moments = Moments()
    for part in parts:
        moments = moments.plus(part.moments)
    return Lengths(moments, merge_ordered([part.sketch for part in parts]))
