"""What lies inside a full bin, as far as the sample of values can tell: estimates where exact counts end.

A bin with more than 1/128 of the rows and at least 16 sampled values is cut at these values; each piece gets a share
of the bin's rows as its value has of the sampled rows (the last piece, above the largest, that of a mean value).
Error inside such a bin, on top of nothing at its borders: the bin's share times about `0.5 / sqrt(sampled values)`
(standard error of an empirical distribution function) when no value has much more rows than others; for certain,
never more than the bin's share.
"""

import numpy as np

from platform_assets.quality.profile.keys import Floats, Ints
from platform_assets.quality.profile.ordered import OrderedSketch

HEAVY_SHARE = 1.0 / 128.0
MIN_SAMPLED = 16


def refined_bins(sketch: OrderedSketch) -> tuple[Ints, Ints, Floats]:
    """Lower and upper key (both inside) and rows of each bin in order, full ones cut; rows are estimates there."""
    lower, upper, rows = sketch.lower_keys(), sketch.upper_keys(), sketch.counts.astype(np.float64)
    heavy = np.flatnonzero((sketch.shifts > 0) & (sketch.counts > HEAVY_SHARE * sketch.rows))
    if not len(heavy):
        return lower, upper, rows
    keys, key_rows = sketch.sampled_keys()
    starts, ends = np.searchsorted(keys, lower[heavy]), np.searchsorted(keys, upper[heavy], side="right")
    pieces: list[tuple[Ints, Ints, Floats]] = []
    done = 0
    for index, start, end in zip(heavy.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if end - start >= MIN_SAMPLED:
            pieces.append((lower[done:index], upper[done:index], rows[done:index]))
            cuts = keys[start:end], key_rows[start:end].astype(np.float64)
            pieces.append(_cut(int(lower[index]), int(upper[index]), float(rows[index]), *cuts))
            done = index + 1
    pieces.append((lower[done:], upper[done:], rows[done:]))
    lowers, uppers, masses = zip(*pieces, strict=True)
    return np.concatenate(lowers), np.concatenate(uppers), np.concatenate(masses)


def _cut(lower: int, upper: int, rows: float, keys: Ints, key_rows: Floats) -> tuple[Ints, Ints, Floats]:
    lowers, uppers, weights = np.append(lower, keys + 1), np.append(keys, upper), np.append(key_rows, key_rows.mean())
    if int(keys[-1]) >= upper:
        lowers, uppers, weights = lowers[:-1], uppers[:-1], weights[:-1]
    return lowers, uppers, weights * (rows / float(weights.sum()))
