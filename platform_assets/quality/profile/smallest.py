"""The K smallest hashes of different values with the exact rows of each: the sample that merges exactly.

A value among the K smallest of the whole is among the K smallest of every part that has it, so its rows never lose one.
With all hashes below the K-th kept, each value is in the sample with the same probability `p = h_K / 2**64`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from platform_assets.quality.profile.keys import Ints, Unsigned

_ALL = 2.0**64


@dataclass(frozen=True, slots=True, eq=False)
class Smallest:
    """Sorted `hashes` (all values if fewer than K) and the `rows` of each; None where an older profile lacks them."""

    hashes: Unsigned
    rows: Ints | None

    @property
    def distinct(self) -> int:
        """Estimated number of different values; only for a sample that is full (see `estimate_distinct`)."""
        return estimate_distinct(self.hashes)


def smallest_of(hashes: Unsigned, rows: Ints, most: int) -> Smallest:
    """The `most` smallest of different hashes, each of a value with `rows` rows."""
    kept = np.argpartition(hashes, most - 1)[:most] if len(hashes) > most else np.arange(len(hashes))
    kept = kept[np.argsort(hashes[kept])]
    return Smallest(hashes[kept], rows[kept])


def merge_smallest(samples: Sequence[Smallest], most: int) -> Smallest:
    """Sample of the rows of all; nothing above the last hash of a full part can be in it.

    Rows are unknown (None) as soon as one of the samples does not know its own.
    """
    limits = [sample.hashes[-1] for sample in samples if len(sample.hashes) >= most]
    hashes = np.concatenate([sample.hashes for sample in samples])
    below = hashes <= min(limits) if limits else np.ones(len(hashes), bool)
    found, places = np.unique(hashes[below], return_inverse=True)
    known = [sample.rows for sample in samples if sample.rows is not None]
    if len(known) < len(samples):
        return Smallest(found[:most], None)
    rows = np.zeros(len(found), np.int64)
    np.add.at(rows, places, np.concatenate(known)[below])
    return Smallest(found[:most], rows[:most])


def estimate_distinct(hashes: Unsigned) -> int:
    """`(K - 1) / h_K` for the K smallest hashes, taken as numbers between 0 and 1; standard error `1 / sqrt(K - 2)`."""
    return round((len(hashes) - 1) * _ALL / (float(hashes[-1]) + 1.0))
