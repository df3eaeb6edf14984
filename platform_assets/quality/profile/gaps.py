"""Gaps between neighbouring different times (or numbers): where data are missing, and how regular they are."""

from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.ordered import OrderedSketch


@dataclass(frozen=True, slots=True)
class Gaps:
    """Distances between neighbouring different values in the unit of the keys (microseconds for times).

    Attributes:
        largest_at_least: a gap this long exists.
        largest_at_most: no gap is longer; equal to `largest_at_least` while all values are kept.
        largest_after: the key after which the gap `largest_at_least` begins.
        mean: `(largest - smallest) / (distinct - 1)`; beyond 4,096 values with the 3.1 % standard error of `distinct`.
        median: exact while all values are kept, else None: bins do not hold the distances inside them.
    """

    largest_at_least: int
    largest_at_most: int
    largest_after: int
    mean: float
    median: float | None


def gaps_of(sketch: OrderedSketch) -> Gaps | None:
    """Gaps of a sketch; None for fewer than two different values.

    The empty space between two neighbouring bins is certain; the values inside them may lie further apart, by at most
    the widths of both bins, and inside one bin by at most its width.
    """
    lower, upper = sketch.lower_keys(), sketch.upper_keys()
    if sketch.smallest == sketch.largest or not len(lower):
        return None
    span, distinct = sketch.largest - sketch.smallest, max(sketch.distinct, 2)
    between = lower[1:].astype(object) - upper[:-1].astype(object)
    reach = (upper[1:].astype(object) - lower[:-1].astype(object)).tolist()
    at = int(np.argmax(between)) if len(between) else 0
    inside = (upper.astype(object) - lower.astype(object)).tolist()
    return Gaps(
        largest_at_least=int(between[at]) if len(between) else 0,
        largest_at_most=max(*reach, *inside) if reach else max(inside),
        largest_after=int(upper[at]),
        mean=span / (distinct - 1),
        median=float(np.median(between.astype(np.float64))) if sketch.exact else None,
    )
