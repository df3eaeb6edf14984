"""Two sketches on the same bins, as finely as both of them know, so that their distributions can be compared."""

from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.keys import Ints
from platform_assets.quality.profile.ordered import OrderedSketch, merge_ordered


@dataclass(frozen=True, slots=True)
class AlignedBins:
    """Bins that either sketch occupies: lower and upper key (both inside) and the rows of each sketch, in order."""

    lower: Ints
    upper: Ints
    left: Ints
    right: Ints


def aligned_bins(left: OrderedSketch, right: OrderedSketch) -> AlignedBins:
    """The bins of the merged sketch and the rows of each side in them, exact values where both keep values.

    Finer than `coarsened` at the larger shift wherever regions differ. The difference of the two distribution functions
    is exact at the borders of the bins; inside a bin it is off by at most the larger of the two shares in it.
    """
    both = merge_ordered([left, right])
    return AlignedBins(both.lower_keys(), both.upper_keys(), _rows_in(both, left), _rows_in(both, right))


def _rows_in(bins: OrderedSketch, sketch: OrderedSketch) -> Ints:
    rows = np.zeros(len(bins.bins), np.int64)
    np.add.at(rows, np.searchsorted(bins.bins, sketch.bins, side="right") - 1, sketch.counts)
    return rows
