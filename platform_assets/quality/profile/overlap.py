"""Which different values two profiles share: new and vanished ones and the Jaccard index, from the profiles alone.

Exact while both profiles keep all values. Else both are cut to the values whose hash is at most the smaller of the two
limits; below it each has all of its values, so that the cut sets are fair samples of the values of either (K smallest
hashes of the union: Broder 1997, Beyer et al. 2007). With `k` values in the union of the cut sets the standard error
of the Jaccard index is `sqrt(J (1 - J) / k)`, at most 1.6 % for 1,024.
"""

from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Unsigned, mix, unmix

LISTED = 20


@dataclass(frozen=True, slots=True)
class Overlap:
    """Values of two profiles compared; shares from 0 to 1.

    Attributes:
        exact: whether everything is counted; else all figures are estimates from `sampled` values of the union.
        new, vanished: values only in the current, only in the reference profile (estimated numbers if not exact).
        new_values, vanished_values: some of them, at most `LISTED`, in order of their hash.
        jaccard: shared values / values of either; 1 if neither has any.
        jaccard_error: its standard error; 0 if exact.
    """

    exact: bool
    new: int
    vanished: int
    new_values: list[str | float]
    vanished_values: list[str | float]
    jaccard: float
    jaccard_error: float
    sampled: int


def distinct_overlap(reference: ColumnProfile, current: ColumnProfile) -> Overlap:
    """Compare the different values of two profiles of one kind; `ProfileError` if the kinds differ.

    NaN and infinities are no values. Times are microseconds since 1970 UTC, booleans 0 and 1.
    """
    if reference.kind != current.kind and reference.values and current.values:
        raise ProfileError(
            f"values of a {reference.kind} and a {current.kind} column have no overlap; compare one kind."
        )
    left, right = _values(reference), _values(current)
    limits = [hashes.max() for hashes, complete, _ in (left, right) if not complete and len(hashes)]
    kept_left, kept_right = left[0], right[0]
    scale = 1.0
    if limits:
        limit = min(limits)
        kept_left, kept_right = kept_left[kept_left <= limit], kept_right[kept_right <= limit]
        scale = 2.0**64 / (float(limit) + 1.0)
    union, shared = len(np.union1d(kept_left, kept_right)), len(np.intersect1d(kept_left, kept_right))
    new, vanished = np.setdiff1d(kept_right, kept_left), np.setdiff1d(kept_left, kept_right)
    jaccard = shared / union if union else 1.0
    return Overlap(
        exact=not limits,
        new=round(len(new) * scale),
        vanished=round(len(vanished) * scale),
        new_values=[right[2][int(value)] for value in new[:LISTED].tolist()] if len(new) else [],
        vanished_values=[left[2][int(value)] for value in vanished[:LISTED].tolist()] if len(vanished) else [],
        jaccard=jaccard,
        jaccard_error=float(np.sqrt(jaccard * (1.0 - jaccard) / union)) if limits and union else 0.0,
        sampled=union,
    )


def _values(column: ColumnProfile) -> tuple[Unsigned, bool, "dict[int, str | float]"]:
    """Hashes of the kept values, whether these are all, and the value of each hash."""
    if column.kind == "text":
        hashes = column.text.hashes()
        return hashes, column.text.complete, dict(zip(hashes.tolist(), column.text.values.to_pylist(), strict=True))
    sketch = column.ordered
    if sketch.hashes is None:
        hashes = mix(sketch.bins.view(np.uint64))
        return hashes, True, dict(zip(hashes.tolist(), column.floats(sketch.bins).tolist(), strict=True))
    values = column.floats(unmix(sketch.hashes).view(np.int64)).tolist()
    return sketch.hashes, False, dict(zip(sketch.hashes.tolist(), values, strict=True))
