"""Point-in-time joins against a join by brute force, and the rules on their input."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from platform_assets.compute.engines import EmbeddedEngine
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.point_in_time import FeatureHistory, point_in_time_join

START = datetime(2013, 3, 10, 5, tzinfo=UTC)
EVENTS = "number int, plane string, airport string, at timestamp"
PLANES = "tail string, seats int, since timestamp, arrived timestamp"
AIRPORTS = "code string, wind double, measured timestamp"

# Few distinct moments and entities, so that ties, lateness and gaps all occur.
moments = st.none() | st.integers(0, 8).map(lambda hours: START + timedelta(hours=hours))
planes = st.sampled_from(["N1", "N2", None])
airports = st.sampled_from(["JFK", "EWR", None])
numbers = st.none() | st.integers(0, 3)
events_lists = st.lists(st.tuples(st.integers(0, 3), planes, airports, moments), max_size=12)
plane_lists = st.lists(st.tuples(planes, numbers, moments, moments), max_size=14)
airport_lists = st.lists(st.tuples(airports, numbers.map(lambda n: n and float(n)), moments), max_size=14)
hours = st.integers(0, 3).map(lambda n: timedelta(hours=n))


@pytest.fixture(scope="module")
def session(embedded: EmbeddedEngine) -> SparkSession:
    return embedded.session


def brute_force(event: datetime | None, rows: Iterable[tuple[Any, ...]], lead: timedelta, age: timedelta | None) -> Any:
    """The value of the row to take, of (event time, arrival, value) of one entity."""
    if event is None:
        return None
    cutoff = event - lead
    known = [row for row in rows if None not in row[:2] and max(row[0], row[1]) <= cutoff]
    if not known:
        return None
    since, _, value = max(known, key=lambda row: (row[0], row[1], row[2] is not None, row[2] or 0))
    return None if age is not None and since < cutoff - age else value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events_lists, plane_lists, airport_lists, hours, st.none() | hours)
def test_it_equals_a_join_by_brute_force(
    session: SparkSession,
    events: list[tuple[Any, ...]],
    seats: list[tuple[Any, ...]],
    winds: list[tuple[Any, ...]],
    lead: timedelta,
    age: timedelta | None,
) -> None:
    histories = [
        FeatureHistory(
            session.createDataFrame(seats, PLANES), {"plane": "tail"}, {"seats": "plane_seats"}, "since", "arrived", age
        ),
        FeatureHistory(session.createDataFrame(winds, AIRPORTS), {"airport": "code"}, {"wind": "wind"}, "measured"),
    ]
    joined = point_in_time_join(session.createDataFrame(events, EVENTS), histories, event_time="at", lead=lead)
    assert joined.columns == ["number", "plane", "airport", "at", "plane_seats", "wind"]
    expected = []
    for number, plane, airport, at in events:
        of_plane = [(since, arrived, value) for tail, value, since, arrived in seats if plane and tail == plane]
        of_airport = [(at, at, value) for code, value, at in winds if airport and code == airport]
        expected.append(
            (
                number,
                plane,
                airport,
                at,
                brute_force(at, of_plane, lead, age),
                brute_force(at, of_airport, lead, None),
            )
        )
    assert _sorted(_rows(joined)) == _sorted(expected)


def test_both_engines_agree(session: SparkSession, spark: Any) -> None:
    events = [(n, "N1" if n % 2 else "N2", "JFK", START + timedelta(hours=n % 9)) for n in range(40)]
    seats = [("N1" if n % 3 else "N2", n, START + timedelta(hours=n % 5), START + timedelta(hours=n)) for n in range(9)]

    def joined(on: SparkSession) -> list[tuple[Any, ...]]:
        history = FeatureHistory(
            on.createDataFrame(seats, PLANES), {"plane": "tail"}, {"seats": "seats"}, "since", "arrived"
        )
        frame = point_in_time_join(on.createDataFrame(events, EVENTS), [history], event_time="at")
        return _sorted(_rows(frame))

    assert joined(session) == joined(spark.session)


def test_an_entity_may_have_several_columns(session: SparkSession) -> None:
    routes = session.createDataFrame(
        [("N1", "JFK", 1, START), ("N1", "EWR", 2, START)], "tail string, code string, rank int, since timestamp"
    )
    history = FeatureHistory(routes, {"plane": "tail", "airport": "code"}, {"rank": "rank"}, "since")
    events = session.createDataFrame([(1, "N1", "EWR", START), (2, "N1", None, START)], EVENTS)
    found = point_in_time_join(events, [history], event_time="at")
    assert {row["number"]: row["rank"] for row in found.collect()} == {1: 2, 2: None}


def test_wrong_frames_are_refused_by_name(session: SparkSession) -> None:
    events = session.createDataFrame([(1, "N1", "JFK", START)], EVENTS)
    winds = session.createDataFrame([("JFK", 1.0, START)], AIRPORTS)

    def refusal(frame: DataFrame, entity: str = "airport", feature: str = "wind") -> str:
        history = FeatureHistory(frame, {entity: "code"}, {"wind": feature}, "measured")
        with pytest.raises(TrainingError) as refused:
            point_in_time_join(events, [history], event_time="at")
        return str(refused.value)

    assert "there is no column gate, but number, plane" in refusal(winds, entity="gate")
    assert "already has a column plane. Give the feature another name" in refusal(winds, feature="plane")
    assert "a moment must be a timestamp" in refusal(winds.withColumn("measured", winds.measured.cast("date")))
    assert "An instant and a time without zone" in refusal(
        winds.withColumn("measured", winds.measured.cast("timestamp_ntz"))
    )


def _rows(frame: DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in frame.toArrow().to_pylist()]


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row])
