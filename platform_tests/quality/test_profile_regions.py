"""The rule of how finely each region is kept: bounded, monotone, and known from the parts alone.

Clusters of neighbouring keys among scattered ones, with small bounds, in many random splits: the states that come of
merging must be those of the whole. (Rows through the public door are in `test_profile_merging`.)
"""

import numpy as np
import pytest

from platform_assets.quality.profile import ordered, regions
from platform_assets.quality.profile.counting import counted
from platform_assets.quality.profile.ordered import merge_ordered, sketch_of_keys


@pytest.fixture
def small_bounds(monkeypatch):
    monkeypatch.setattr(regions, "MAX_BINS", 24)
    monkeypatch.setattr(regions, "MIN_REGION_BINS", 3)
    monkeypatch.setattr(ordered, "MAX_BINS", 24)
    monkeypatch.setattr(ordered, "MAX_HASHES", 6)


def random_keys(rng):
    """Some regions, each with a few clusters of keys and some scattered ones."""
    pieces = []
    for region in rng.choice(40, rng.integers(1, 12), replace=False) - 20:
        base = int(region) << regions.REGION_SHIFT
        for _ in range(rng.integers(0, 3)):
            start = int(rng.integers(0, 1 << 51))
            pieces.append(base + start + rng.integers(0, 1 << int(rng.integers(1, 12)), rng.integers(1, 20)))
        pieces.append(base + rng.integers(0, 1 << regions.REGION_SHIFT, rng.integers(0, 6)))
    return rng.permutation(np.concatenate([*pieces, np.array([5])]).astype(np.int64))


def sketch(keys):
    return sketch_of_keys(*counted(keys))


def state(found):
    sample = None if found.sample is None else (found.sample.hashes.tolist(), found.sample.rows.tolist())
    bins = found.bins.tolist(), found.shifts.tolist(), found.counts.tolist()
    return bins, sample, found.smallest, found.largest


def merged(rng, parts):
    """Merge the parts in a random order, some at once and some one by one."""
    waiting = list(parts)
    while len(waiting) > 1:
        rng.shuffle(waiting)
        several = int(rng.integers(2, min(len(waiting), 4) + 1))
        waiting = [*waiting[several:], merge_ordered(waiting[:several])]
    return waiting[0]


@pytest.mark.parametrize("seed", range(6))
def test_any_tree_of_merges_gives_the_state_of_the_whole(small_bounds, seed):
    rng = np.random.default_rng(seed)
    for _ in range(150):
        keys = random_keys(rng)
        parts = np.array_split(keys, np.sort(rng.integers(0, len(keys) + 1, rng.integers(1, 6))))
        whole = sketch(keys)
        assert state(merged(rng, [sketch(part) for part in parts])) == state(whole)


@pytest.mark.parametrize("seed", range(3))
def test_more_rows_never_make_bins_finer_and_size_is_bounded(small_bounds, seed):
    rng = np.random.default_rng(seed)
    for _ in range(150):
        keys = random_keys(rng)
        part, whole = sketch(keys[: len(keys) // 2 + 1]), sketch(keys)
        coarser = dict(zip(regions.region_of(whole.bins).tolist(), whole.shifts.tolist(), strict=True))
        for region, shift in zip(regions.region_of(part.bins).tolist(), part.shifts.tolist(), strict=True):
            assert shift <= coarser[region]
        occupied = len(coarser)
        assert len(whole.bins) <= max(regions.MAX_BINS, regions.MIN_REGION_BINS * occupied)
        assert whole.rows == len(keys)
        assert (whole.lower_keys() <= whole.upper_keys()).all()
