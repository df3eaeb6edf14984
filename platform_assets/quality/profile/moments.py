"""Exact sums and sums of squares, so that mean and standard deviation never depend on the order of the rows.

Floating-point addition is not associative. Each double is an integer times a power of two; sums of those integers
are exact in Python integers, and NumPy adds them up in 22-bit parts, few enough at a time that 64 bits do not overflow.
"""

from dataclasses import dataclass
from math import isqrt

import numpy as np

from platform_assets.quality.profile.keys import Floats, Ints, Unsigned

#: No double has a mantissa bit below 2**-1126 once its mantissa is widened to 53 bits.
_SCALE = 1126
_PART_BITS = 22
_PART_MASK = np.uint64((1 << _PART_BITS) - 1)
_SAFE = 2.0**62
#: Sums of up to twice as many rows fit in 63 bits: 2**44 (a product of parts) times 2**18. So values are added up in
#: pieces of at most that; a single value of more rows is left to Python's integers.
_HEAVY_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Moments:
    """Exact power sums of `n` values: `total` in units of 2**-1126 and `squares` in units of 2**-2252."""

    n: int = 0
    total: int = 0
    squares: int = 0

    def plus(self, other: "Moments") -> "Moments":
        """Sums of both sets of values; exact, hence associative and commutative."""
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float | None:
        """Arithmetic mean, correctly rounded; None without values."""
        return self.total / (self.n << _SCALE) if self.n else None

    @property
    def std(self) -> float | None:
        """Population standard deviation `sqrt(E[x^2] - E[x]^2)`; difference taken exactly. None without values."""
        if not self.n:
            return None
        spread = self.n * self.squares - self.total * self.total
        return isqrt(spread << 128) / (self.n << (_SCALE + 64))


def moments_of_floats(values: Floats, counts: Ints) -> Moments:
    """Moments of finite, sorted doubles, each occurring `counts` times."""
    rows = int(counts.sum())
    if not rows:
        return Moments()
    largest = max(abs(float(values[0])), abs(float(values[-1])))
    if largest * largest * rows < _SAFE and bool((values == np.rint(values)).all()):
        return _moments_of_small_ints(values.astype(np.int64), counts, rows)
    fractions, exponents = np.frexp(values)
    mantissas = np.ldexp(fractions, 53).astype(np.int64)
    groups = np.flatnonzero(np.diff(exponents * 2 + (values < 0), prepend=exponents[0] * 2 + 9))
    plain, squared = _grouped_sums(np.abs(mantissas).astype(np.uint64), counts, groups)
    total = squares = 0
    for start, one, two in zip(groups.tolist(), plain, squared, strict=True):
        shift = int(exponents[start]) - 53 + _SCALE
        total += (-one if values[start] < 0 else one) << shift
        squares += two << (2 * shift)
    return Moments(rows, total, squares)


def moments_of_ints(values: Ints, counts: Ints) -> Moments:
    """Moments of sorted int64 values (such as microseconds), each occurring `counts` times."""
    rows = int(counts.sum())
    if not rows:
        return Moments()
    base = int(values[0])
    distances = values.view(np.uint64) - values.view(np.uint64)[0]
    (one,), (two,) = _grouped_sums(distances, counts, np.zeros(1, dtype=np.int64))
    total, squares = one + rows * base, two + 2 * base * one + rows * base * base
    return Moments(rows, total << _SCALE, squares << (2 * _SCALE))


def _moments_of_small_ints(values: Ints, counts: Ints, rows: int) -> Moments:
    total = int(values @ counts)
    squares = int((values * values) @ counts)
    return Moments(rows, total << _SCALE, squares << (2 * _SCALE))


def _grouped_sums(magnitudes: Unsigned, counts: Ints, starts: Ints) -> tuple[list[int], list[int]]:
    """Per group (given by its first index) the exact sums of `count * magnitude` and `count * magnitude**2`."""
    parts = [((magnitudes >> np.uint64(_PART_BITS * i)) & _PART_MASK).astype(np.int64) for i in range(3)]
    plain, squared = [0] * len(starts), [0] * len(starts)
    heavy = np.flatnonzero(counts > _HEAVY_ROWS)
    for index, group in zip(heavy.tolist(), _groups_of(heavy, starts), strict=True):
        magnitude, rows = int(magnitudes[index]), int(counts[index])
        plain[group] += rows * magnitude
        squared[group] += rows * magnitude * magnitude
    light = np.where(counts > _HEAVY_ROWS, 0, counts)
    pieces = np.union1d(starts, np.flatnonzero(np.diff(np.cumsum(light) // _HEAVY_ROWS, prepend=0)))
    groups = _groups_of(pieces, starts)
    for i, left in enumerate(parts):
        weighted = left * light
        _add_shifted(plain, groups, np.add.reduceat(weighted, pieces), _PART_BITS * i)
        for j in range(i, 3):
            doubled = 1 if i != j else 0
            _add_shifted(
                squared, groups, np.add.reduceat(weighted * parts[j], pieces), _PART_BITS * (i + j) + doubled
            )  # fmt: skip
    return plain, squared


def _groups_of(indices: Ints, starts: Ints) -> list[int]:
    return [int(place) - 1 for place in np.searchsorted(starts, indices, side="right")]


def _add_shifted(sums: list[int], groups: list[int], increments: Ints, shift: int) -> None:
    for group, increment in zip(groups, increments.tolist(), strict=True):
        sums[group] += increment << shift
