"""A sample of more rows than memory holds: the same rows in any order, in any parts, on any machine."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from platform_assets.learning.errors import TrainingError


class KeySample:
    """The rows whose keys have the smallest hashes, at most `most` of them; all rows if `most` is None.

    The hash is even over keys, so that the sample is even over time, or over whatever else the rows are looked at by:
    a stretch with the share s of all n rows keeps s * most of them on average, with a standard deviation of at most
    sqrt(s * most). This is bottom-k sampling (Cohen and Kaplan 2007).
    """

    def __init__(self, keys: Sequence[str], most: int | None) -> None:
        self._keys, self._most = list(keys), most
        self._kept: list[pa.Table] = []
        self.seen = 0

    def add(self, rows: pa.Table) -> None:
        """Take a further part of the rows into account; all parts have one schema and share no key."""
        self.seen += rows.num_rows
        self._kept.append(rows)
        if self._most is not None and self.seen > self._most:
            self._kept = [self._smallest(pa.concat_tables(self._kept), self._most)]

    def rows(self) -> pa.Table:
        """The sample, in no particular order. Raises `TrainingError` if no part was added."""
        if not self._kept:
            raise TrainingError("There is no part to take rows from. Train as of a later partition.")
        return pa.concat_tables(self._kept)

    def _smallest(self, rows: pa.Table, most: int) -> pa.Table:
        if rows.num_rows <= most:
            return rows
        chosen = np.argpartition(key_hashes(rows, self._keys), most)[:most]
        # In their own order, a copy of the rows is all that is left of the part.
        return rows.take(pa.array(np.sort(chosen)))


def key_hashes(rows: pa.Table, keys: Sequence[str]) -> NDArray[np.uint64]:
    """A hash of each row's key that depends on the values alone, not on types of columns or the process."""
    from pandas.util import hash_array

    combined = np.zeros(rows.num_rows, dtype=np.uint64)
    for name in keys:
        texts = pc.cast(_plain(rows[name]), pa.string()).to_numpy(zero_copy_only=False)
        combined = combined * np.uint64(0x9E3779B97F4A7C15) + hash_array(texts, categorize=True)
    return _mixed(combined)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments as microseconds, since texts of moments depend on their unit and time zone."""
    if pa.types.is_timestamp(column.type):
        return pc.cast(pc.cast(column, pa.timestamp("us", tz=column.type.tz), safe=False), pa.int64())
    return column


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014), after which every bit depends on every bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
