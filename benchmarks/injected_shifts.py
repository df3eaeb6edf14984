"""Shifts of a known size, injected into one column of a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Change = Callable[[pa.ChunkedArray, float, np.random.Generator], pa.Array]


@dataclass(frozen=True)
class Shift:
    """A kind of shift of one column, with the sizes to try, growing from none."""

    name: str
    column: str
    amounts: tuple[float, ...]
    change: Change

    def words(self, amount: float) -> str:
        """The shift in words."""
        return f"{self.column}: {self.name.format(amount)}"

    def applied(self, rows: pa.Table, amount: float, rng: np.random.Generator) -> pa.Table:
        """The rows with the shifted column."""
        place = rows.column_names.index(self.column)
        return rows.set_column(place, self.column, self.change(rows[self.column], amount, rng))


def _moved(values: pa.ChunkedArray, amount: float, rng: np.random.Generator) -> pa.Array:
    return pc.add(pc.cast(values, pa.float64()), amount * pc.stddev(values).as_py())


def _scaled(values: pa.ChunkedArray, amount: float, rng: np.random.Generator) -> pa.Array:
    mean = pc.mean(values).as_py()
    return pc.add(pc.multiply(pc.subtract(pc.cast(values, pa.float64()), mean), amount), mean)


def _replaced(values: pa.ChunkedArray, amount: float, rng: np.random.Generator) -> pa.Array:
    return pc.if_else(pa.array(rng.random(len(values)) < amount), "B6", values)


def _removed(values: pa.ChunkedArray, amount: float, rng: np.random.Generator) -> pa.Array:
    kept = pa.array(rng.random(len(values)) >= amount)
    return pc.if_else(kept, values, pa.scalar(None, values.type))


SHIFTS = (
    Shift("mean + {:g} std", "temp", (0.0, 0.1, 0.2, 0.3, 0.5, 0.8), _moved),
    Shift("spread times {:g}", "temp", (1.0, 1.2, 1.5, 2.0, 3.0), _scaled),
    Shift("{:.0%} of rows become B6", "carrier", (0.0, 0.05, 0.1, 0.2, 0.3, 0.4), _replaced),
    Shift("{:.0%} more missing", "air_time", (0.0, 0.02, 0.05, 0.07, 0.1, 0.2), _removed),
)
