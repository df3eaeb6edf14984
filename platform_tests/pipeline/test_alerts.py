"""Alerts: one for a breach from its beginning to its end, whatever is seen twice, late or again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.lake import Lake, TableSpec
from platform_assets.lake.partitions import Values
from platform_assets.learning.partitions import offset
from platform_assets.pipeline import Product
from platform_assets.pipeline.alert_edges import follow
from platform_assets.pipeline.alerts import ALERTS, read_alerts, record_sightings, watches
from platform_assets.quality.alert import Alert, Sighting, Watch

START = datetime(2013, 1, 1, tzinfo=UTC)
WATCH = Watch("flights", "cancelled", "team:ops", "alert", cool_down_partitions=1)
FOUND = {"!": True, ".": False, "?": None}


def sightings(story: str, first: int = 0) -> list[Sighting]:
    """A month a sign: ``!`` a breach, ``.`` none, ``?`` cannot tell."""
    return [
        Sighting(offset("2013-01", at), FOUND[sign], f"{sign} {at}", START + timedelta(hours=at))
        for at, sign in enumerate(story, start=first)
    ]


def spans(alerts: Sequence[Alert]) -> list[tuple[str, str, str | None]]:
    return [(alert.partition[5:], alert.last_partition[5:], (alert.resolved_partition or "")[5:]) for alert in alerts]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("...", []),
        ("?.?", []),
        (".!", [("02", "02", "")]),
        (".!!!", [("02", "04", "")]),
        (".!!.", [("02", "03", "04")]),
        (".!?.", [("02", "02", "04")]),
        # A pause of one partition is within the cool-down, one of two is not.
        ("!.!", [("01", "03", "")]),
        ("!.!.", [("01", "03", "04")]),
        ("!..!", [("01", "01", "02"), ("04", "04", "")]),
    ],
)
def test_a_breach_is_one_alert_from_its_beginning_to_its_end(story: str, expected: list[tuple[str, str, str]]) -> None:
    assert spans(follow(WATCH, None, sightings(story))) == expected


stories = st.text("!.?", max_size=12)


@given(story=stories, cut=st.integers(0, 12))
def test_it_does_not_matter_in_how_many_ticks_a_story_is_seen(story: str, cut: int) -> None:
    whole = {alert.alert_id: alert for alert in follow(WATCH, None, sightings(story))}
    first = follow(WATCH, None, sightings(story[:cut]))
    rest = follow(WATCH, first[-1] if first else None, sightings(story[cut:], first=cut))

    assert {alert.alert_id: alert for alert in [*first, *rest]} == whole


@given(story=stories)
def test_seeing_the_same_again_changes_nothing(story: str) -> None:
    alerts = follow(WATCH, None, sightings(story))

    assert follow(WATCH, alerts[-1] if alerts else None, sightings(story) if alerts else []) == []


def test_an_older_partition_that_is_made_again_neither_ends_nor_begins_an_alert() -> None:
    (standing,) = follow(WATCH, None, sightings("..!"))
    later = START + timedelta(days=9)

    assert follow(WATCH, standing, [Sighting("2013-01", False, "made again", later)]) == []
    (ended,) = follow(WATCH, standing, [Sighting("2013-03", False, "corrected", later)])
    assert ended.resolved_partition == "2013-03"
    assert follow(WATCH, ended, [Sighting("2013-02", True, "made again", later + timedelta(1))]) == []


def test_the_table_has_a_row_a_breach_and_tells_only_of_edges(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    told = [
        [alert.is_open for alert in record_sightings(lake, {WATCH: [seen]}, "run")] for seen in sightings(".!!.!..!")
    ]

    assert told == [[], [True], [], [False], [True], [False], [], [True]]
    first, second = read_alerts(lake)
    assert spans([first, second]) == [("02", "05", "06"), ("08", "08", "")]
    assert (first.asset, first.rule, first.owner, first.message) == ("flights", "cancelled", "team:ops", "! 1")
    assert first.first_seen == START + timedelta(hours=1)
    assert lake.read("platform.alerts").num_rows == 2


def test_a_tick_is_one_publish_however_many_rules_it_is_about_and_none_if_nothing_changed(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rules = [replace(WATCH, rule=f"rule_{number}") for number in range(5)]

    told = record_sightings(lake, {rule: sightings(".!") for rule in rules}, "run")
    record_sightings(lake, {rule: sightings(".!?") for rule in rules}, "run")

    assert (len(told), lake.read("platform.alerts").num_rows) == (5, 5)
    assert len(lake.versions("platform.alerts").history()) == 1


def test_products_whose_sensors_tick_at_the_same_time_lose_no_alert(tmp_path: Path) -> None:
    record_sightings(Lake(tmp_path), {WATCH: sightings("!")}, "run")

    def tick(number: int) -> None:
        record_sightings(Lake(tmp_path), {replace(WATCH, rule=f"rule_{number}"): sightings("!")}, "run")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tick, range(8)))

    assert {alert.rule for alert in read_alerts(Lake(tmp_path))} == {"cancelled", *(f"rule_{n}" for n in range(8))}


def test_what_ended_an_alert_is_told_until_it_begins_again(tmp_path: Path) -> None:
    lake, story = Lake(tmp_path), sightings("!.!")
    told = []
    for seen in story:
        record_sightings(lake, {WATCH: [seen]}, "run")
        told += [alert.resolution for alert in read_alerts(lake)]

    assert told == [None, ". 1", None]


def test_a_table_of_an_older_release_gets_the_new_column(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    (old,) = follow(WATCH, None, sightings("!"))
    spec = TableSpec(ALERTS.name, tuple(column for column in ALERTS.columns if column.name != "resolution"))
    lake.publish_rows(spec, Values(), pa.Table.from_pylist([old.model_dump()]), {})

    assert read_alerts(lake) == [old]
    record_sightings(lake, {WATCH: sightings("!.")}, "run")

    (ended,) = read_alerts(lake)
    assert (ended.alert_id, ended.resolution) == (old.alert_id, ". 1")


def test_declared_rules_and_the_drift_of_models_are_watched(product: Product) -> None:
    found = {(watch.asset, watch.rule): watch for watch in watches(product)}

    assert found[("flight_features", "aircraft_unknown")].action == "retrain"
    assert found[("flight_delay_predictions", "mean_probability")].owner == "team:data-science"
    assert found[("flights", "arrivals_without_air_time")].action == "block"
    assert found[("flight_delay_drift_report", "no_drift")].owner == "team:data-science"
