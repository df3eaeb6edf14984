"""How finely an ordered sketch may look: a number of bins per region of the keys, by a rule that only ever coarsens.

A region is the keys with the same top 12 bits: for doubles one octave (values between two powers of two) of one sign,
for times 142 years. With `d` different keys in each region, every region may have `b` bins, the largest number with
`sum(min(d, b)) <= MAX_BINS`, and never less than `MIN_REGION_BINS`. A region with at most `b` different keys keeps
each of them; else it counts by the leading bits of the key, at the smallest shift that leaves at most `b` bins.

Why that merges exactly: more rows mean more different keys, so `b` never grows, so a region's shift never falls. What
is known of a part is therefore at least as fine as what the whole may keep. And `b` of the whole follows from the
parts: in a region that some part has shifted there are more keys than that part's `b`, hence more than the whole's,
so that `min(d, b) = b` without knowing `d`; in any other region the parts have all keys and `d` can be counted.
"""

import numpy as np
import numpy.typing as npt

from platform_assets.quality.profile.keys import Ints

Shifts = npt.NDArray[np.uint8]
#: Bins of all regions together, as long as each of them can have `MIN_REGION_BINS`.
MAX_BINS = 4096
#: Bins that a region keeps however many other regions there are; with all 4,096 regions in use this bounds the size.
MIN_REGION_BINS = 64
REGION_SHIFT = 52
REGIONS = 1 << 12
_OFFSET = REGIONS // 2


def region_of(keys: Ints) -> Ints:
    """Number of each key's region, 0 to 4,095, in order of the keys."""
    return (keys >> np.int64(REGION_SHIFT)) + np.int64(_OFFSET)


def region_starts(keys: Ints) -> Ints:
    """Index of the first of sorted, different keys in each occupied region."""
    regions = keys >> np.int64(REGION_SHIFT)
    return np.flatnonzero(np.concatenate([[True], regions[1:] != regions[:-1]]))


def _bins_per_region(distinct: Ints) -> int:
    """The `b` of the module's rule for the different keys of each occupied region."""
    if int(distinct.sum()) <= MAX_BINS:
        return MAX_BINS
    ordered = np.sort(distinct)
    before = np.cumsum(ordered) - ordered
    left = len(ordered) - np.arange(len(ordered))
    full = int(np.flatnonzero(before + ordered * left > MAX_BINS)[0])
    return max((MAX_BINS - int(before[full])) // int(left[full]), MIN_REGION_BINS)


def _needed_shift(keys: Ints, most: int) -> int:
    """Smallest shift that leaves at most `most` of sorted, different keys: neighbours differ while a bit survives."""
    if len(keys) <= most:
        return 0
    differing = (keys[1:] ^ keys[:-1]).view(np.uint64)
    return int(np.partition(differing, len(differing) - most)[len(differing) - most]).bit_length()


def widened(keys: Ints, shifts: Shifts, counts: Ints) -> tuple[Ints, Shifts, Ints]:
    """Join bins in each region that has more of them than the rule allows."""
    starts = region_starts(keys)
    sizes = np.diff(starts, append=len(keys))
    wanted = shifts[starts]
    allowed = _bins_per_region(np.where(wanted > 0, np.maximum(sizes, MAX_BINS + 1), sizes))
    crowded = np.flatnonzero(sizes > allowed).tolist()
    if not crowded:
        return keys, shifts, counts
    for index in crowded:
        start = int(starts[index])
        wanted[index] = max(_needed_shift(keys[start : start + int(sizes[index])], allowed), int(wanted[index]))
    shifts = np.repeat(wanted, sizes)
    keys = without_low_bits(keys, shifts)
    firsts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[firsts], shifts[firsts], np.add.reduceat(counts, firsts)


def low_bits(shifts: Shifts) -> Ints:
    """The bits below each shift, all set."""
    return (np.int64(1) << shifts.astype(np.int64)) - np.int64(1)


def without_low_bits(keys: Ints, shifts: Shifts) -> Ints:
    """The smallest key of the bin of each key."""
    return keys & ~low_bits(shifts)
