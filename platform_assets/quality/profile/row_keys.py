"""Rows whose key occurred before: exact while there are few different keys, else estimated from a fair sample of them.

State: the 4,096 smallest 64-bit hashes of the keys and the exact rows of each. Fewer than 4,096 keys are all there, so
the count is exact (as far as no two of them share a hash: a chance of 5e-13). Beyond that each key is in the sample
with the same probability `p`, and the sum of `rows - 1` over the sample, divided by `p`, estimates the duplicates
(Horvitz and Thompson 1952). Without any duplicate the estimate is 0; with few of them the sample may hold none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.arrow_values import doubles, is_text, kind_of, microseconds, plain
from platform_assets.quality.profile.counting import counted
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Floats, Ints, Unsigned, hashes_of_text, keys_of_floats, mix
from platform_assets.quality.profile.smallest import Smallest, merge_smallest, smallest_of

MAX_KEYS = 4096
_NULL = np.uint64(0x6E75_6C6C_6B65_7921)
_FRACTION = np.uint64(0x5BD1_E995_9E37_79B9)
_WHOLE_LIMIT = 2.0**63


@dataclass(frozen=True, slots=True, eq=False)
class RowKeys:
    """The key `columns` and a sample of their combined values; `rows` in all."""

    columns: tuple[str, ...]
    rows: int
    sample: Smallest

    @property
    def exact(self) -> bool:
        """Whether every key is kept."""
        return len(self.sample.hashes) < MAX_KEYS

    @property
    def distinct(self) -> int:
        """Different keys: exact below 4,096, else an estimate with a standard error of 1.6 %."""
        return len(self.sample.hashes) if self.exact else self.sample.distinct

    @property
    def duplicates(self) -> int:
        """Rows whose key occurred in another row before, exact or estimated."""
        if self.exact:
            return self.rows - len(self.sample.hashes)
        return round(float(self._repeats().sum()) / self._probability())

    @property
    def duplicates_error(self) -> float:
        """Standard error of `duplicates` in rows; 0 while exact."""
        p = 1.0 if self.exact else self._probability()
        return float(np.sqrt((self._repeats() ** 2).sum() * (1.0 - p)) / p)

    def _repeats(self) -> Floats:
        """Rows beyond the first of each key strictly below the limit of the sample."""
        rows = self.sample.rows
        return np.zeros(0) if rows is None else rows[:-1].astype(np.float64) - 1.0

    def _probability(self) -> float:
        return (float(self.sample.hashes[-1]) + 1.0) / 2.0**64


def row_keys_of(table: pa.Table, columns: Sequence[str], weights: Ints | None = None) -> RowKeys:
    """Keys of all rows of a table, each counted `weights` times; `ProfileError` for columns that cannot be keys."""
    hashes = np.zeros(table.num_rows, np.uint64)
    for name in columns:
        with np.errstate(over="ignore"):
            hashes = mix(hashes * np.uint64(31) + _hashes_of(name, table[name]))
    found, rows = counted(hashes.view(np.int64), weights)
    return RowKeys(tuple(columns), int(rows.sum()), smallest_of(found.view(np.uint64), rows, MAX_KEYS))


def merge_row_keys(parts: Sequence[RowKeys]) -> RowKeys:
    """Keys of the rows of all parts, which must be of the same columns."""
    if len({part.columns for part in parts}) > 1:
        names = " and ".join(sorted({f"({', '.join(part.columns)})" for part in parts}))
        raise ProfileError(f"profiles count duplicates of different keys: {names}; profile them with the same `keys`.")
    samples = merge_smallest([part.sample for part in parts], MAX_KEYS)
    return RowKeys(parts[0].columns, sum(part.rows for part in parts), samples)


def _hashes_of(name: str, column: pa.ChunkedArray) -> Unsigned:
    """A hash per row; equal numbers agree whatever their type, nulls agree with each other."""
    values = plain(column)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    hashes = np.full(len(values), _NULL, np.uint64)
    present = values.drop_null() if values.null_count else values
    if len(present):
        hashes[pc.is_valid(values).to_numpy(zero_copy_only=False)] = _hashes_of_present(name, present)
    return hashes


def _hashes_of_present(name: str, values: pa.Array) -> Unsigned:
    kind = kind_of(values.type)
    if is_text(values.type):
        encoded = values.cast(pa.large_string()).dictionary_encode()
        return np.asarray(hashes_of_text(encoded.dictionary)[encoded.indices.to_numpy()])
    if kind == "timestamp":
        return mix(microseconds(name, values).view(np.uint64))
    if kind == "boolean" or pa.types.is_signed_integer(values.type):
        return mix(values.cast(pa.int64()).to_numpy().astype(np.int64).view(np.uint64))
    if kind == "numeric":
        return mix(_number_keys(doubles(values)))
    raise ProfileError(f"column '{name}' is {values.type} and cannot be part of a key; use text, numbers or times.")


def _number_keys(values: Floats) -> Unsigned:
    whole = (np.abs(values) < _WHOLE_LIMIT) & (values == np.rint(values))
    fraction = np.where(np.isnan(values), _FRACTION, keys_of_floats(values).view(np.uint64) ^ _FRACTION)
    return np.asarray(np.where(whole, np.where(whole, values, 0.0).astype(np.int64).view(np.uint64), fraction))
