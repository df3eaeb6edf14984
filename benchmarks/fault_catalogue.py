"""Twenty-five faults as sources of data really make them, each done to the delivered CSV file of one month of flights.

A fault takes and returns the file's rows as text, as they stand in the file; where it damages the file itself, its
bytes. Chance is seeded, so that a fault is the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

MISSING = "NA"
Rows = pd.DataFrame


@dataclass(frozen=True)
class Fault:
    """A fault by its name, the month it happens in, and what it does to the rows or to the file."""

    name: str
    month: str
    story: str
    rows: Callable[[Rows], Rows] | None = None
    file: Callable[[bytes], bytes] | None = None

    def applied(self, content: bytes) -> bytes:
        """The file with the fault in it."""
        if self.file is not None:
            return self.file(content)
        if self.rows is None:
            raise ValueError(f"The fault '{self.name}' does nothing.")
        return as_csv(self.rows(from_csv(content)))


def from_csv(content: bytes) -> Rows:
    """Rows of a delivered file, every field as it is written."""
    from io import BytesIO

    return pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False)


def as_csv(rows: Rows) -> bytes:
    """Rows as a delivered file."""
    return rows.to_csv(index=False, lineterminator="\n").encode()


def _numbers(rows: Rows, column: str, change: Callable[[pd.Series], pd.Series]) -> Rows:
    """Change the whole numbers of a column; missing ones stay missing."""
    values = pd.to_numeric(rows[column], errors="coerce")
    changed = change(values).round().astype("Int64").astype(str)
    return rows.assign(**{column: changed.where(values.notna(), MISSING)})


def _some(rows: Rows, share: float, seed: int) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).random(len(rows)) < share, rows.index)


def _blanked(rows: Rows, column: str, where: pd.Series) -> Rows:
    return rows.assign(**{column: rows[column].mask(where, MISSING)})


def _shuffled(rows: Rows, columns: list[str], seed: int) -> Rows:
    order = np.random.default_rng(seed).permutation(len(rows))
    return rows.assign(**{column: rows[column].to_numpy()[order] for column in columns})


def _swapped(rows: Rows, one: str, other: str) -> Rows:
    return rows.assign(**{one: rows[other], other: rows[one]})


def _hours_later(rows: Rows, hours: int) -> Rows:
    """Times of day as another zone's clock shows them; the instant stays what the file says it is."""
    shifted = rows
    for column in ("dep_time", "sched_dep_time", "arr_time", "sched_arr_time"):
        shifted = _numbers(shifted, column, lambda v: (v // 100 + hours) % 24 * 100 + v % 100)
    return _numbers(shifted, "hour", lambda v: (v + hours) % 24)


def _twice(rows: Rows) -> Rows:
    again = _numbers(rows, "flight", lambda v: v + 10_000)
    return pd.concat([rows, again], ignore_index=True)


FAULTS = [
    Fault("unit change", "2013-04", "distance in kilometres", lambda r: _numbers(r, "distance", lambda v: v * 1.609)),
    Fault("column swap", "2013-05", "departure and arrival times swapped",
          lambda r: _swapped(r, "sched_dep_time", "sched_arr_time")),
    Fault("time zone shift", "2013-06", "times of day in UTC instead of local time", lambda r: _hours_later(r, 4)),
    Fault("duplicated day", "2013-07", "the 9th is in the file twice",
          lambda r: pd.concat([r, r[r["day"] == "9"]], ignore_index=True)),
    Fault("missing airport", "2013-08", "no flights from LGA", lambda r: r[r["origin"] != "LGA"]),
    Fault("nulls for one carrier", "2013-09", "DL sends no delays",
          lambda r: _blanked(_blanked(r, "arr_delay", r["carrier"] == "DL"), "dep_delay", r["carrier"] == "DL")),
    Fault("truncated file", "2013-10", "only the first 60 % of the file arrived",
          file=lambda content: content[: content.rindex(b"\n", 0, int(len(content) * 0.6)) + 1]),
    Fault("stuck value", "2013-11", "departure delay repeats the last one for half of the month",
          lambda r: r.assign(dep_delay=r["dep_delay"].mask(r["day"].astype(int) > 15, "12"))),
    Fault("new category", "2013-12", "B6 is called JB from now on",
          lambda r: r.assign(carrier=r["carrier"].replace("B6", "JB"))),
    Fault("doubled volume", "2013-04", "every flight again under another number", _twice),
    Fault("sentinel", "2013-05", "missing arrival delays are -9999",
          lambda r: r.assign(arr_delay=r["arr_delay"].replace(MISSING, "-9999"))),
    Fault("shuffled column", "2013-06", "distances in another order than the flights",
          lambda r: _shuffled(r, ["distance"], 6)),
    Fault("shuffled pair", "2013-07", "delays joined to the wrong flights",
          lambda r: _shuffled(r, ["dep_delay", "arr_delay"], 7)),
    Fault("days missing", "2013-08", "nothing from the 20th on", lambda r: r[r["day"].astype(int) < 20]),
    Fault("lower case", "2013-09", "carriers in lower case", lambda r: r.assign(carrier=r["carrier"].str.lower())),
    Fault("decimal comma", "2013-10", "distances with a thousands' comma",
          lambda r: r.assign(distance=r["distance"].map(lambda v: f"{int(v):,}"))),
    Fault("rounding", "2013-11", "delays rounded to quarters of an hour",
          lambda r: _numbers(_numbers(r, "dep_delay", lambda v: (v / 15).round() * 15), "arr_delay",
                             lambda v: (v / 15).round() * 15)),
    Fault("clipping", "2013-12", "delays end at 20 minutes",
          lambda r: _numbers(r, "dep_delay", lambda v: v.clip(upper=20))),
    Fault("sign flip", "2013-04", "early is positive", lambda r: _numbers(r, "arr_delay", lambda v: -v)),
    Fault("old file again", "2013-05", "April's rows under May's name",
          lambda r: r.assign(month="4", time_hour=r["time_hour"].str.replace("2013-05", "2013-04"))),
    Fault("column missing", "2013-06", "no more air_time", lambda r: r.drop(columns="air_time")),
    Fault("wrong encoding", "2013-07", "a name in Latin-1",
          file=lambda content: content.replace(b",JFK,", b",J\xe9K,", 1)),
    Fault("survivors only", "2013-08", "cancelled flights are left out", lambda r: r[r["dep_time"] != MISSING]),
    Fault("random gaps", "2013-09", "a tenth of the departure delays is lost",
          lambda r: _blanked(r, "dep_delay", _some(r, 0.1, 9))),
    Fault("merged codes", "2013-10", "JFK and LGA are both NYC's LGA",
          lambda r: r.assign(origin=r["origin"].replace("JFK", "LGA"))),
]  # fmt: skip
