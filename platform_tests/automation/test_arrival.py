"""The arrival sensor: which files request which runs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_assets.landing.folder import FolderLanding

SENSOR = "flight_delay_arrival"

Tick = Callable[..., Any]
Drop = Callable[..., Path]


def requested(answer: Any) -> list[tuple[str | None, list[str]]]:
    """Partition and assets of every requested run."""
    return [
        (request.partition_key, [key.to_user_string() for key in request.asset_selection])
        for request in answer.run_requests
    ]


def run_keys(answer: Any) -> list[str]:
    return [request.run_key for request in answer.run_requests]


def test_an_empty_landing_folder_requests_nothing_and_says_where_it_looked(tick: Tick, landing: Path) -> None:
    answer = tick(SENSOR)

    assert answer.run_requests == []
    assert str(landing) in answer.skip_message


def test_a_landing_folder_that_is_not_there_yet_requests_nothing(tick: Tick, landing: Path) -> None:
    landing.rmdir()

    assert tick(SENSOR).run_requests == []


def test_files_of_one_month_are_requested_together_in_one_run(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv")
    drop("weather/2013-02.csv")

    answer = tick(SENSOR)

    assert requested(answer) == [("2013-02", ["flights", "weather"])]
    assert answer.run_requests[0].tags["platform/delivered"] == "flights/2013-02.csv, weather/2013-02.csv"


def test_months_are_requested_apart_and_in_order(tick: Tick, drop: Drop) -> None:
    for month in ("2013-03", "2013-01", "2013-02"):
        drop(f"flights/{month}.csv")

    assert [partition for partition, _ in requested(tick(SENSOR))] == ["2013-01", "2013-02", "2013-03"]


def test_unpartitioned_files_are_requested_without_a_partition(tick: Tick, drop: Drop) -> None:
    drop("planes.csv")
    drop("airports.csv")

    assert requested(tick(SENSOR)) == [(None, ["planes", "airports"])]


def test_a_file_that_was_seen_requests_nothing_again(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv")
    cursor = tick(SENSOR).cursor

    assert tick(SENSOR, cursor).run_requests == []


def test_the_cursor_is_a_short_text_and_what_it_stands_for_survives_a_restart(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv")
    kept = json.loads(json.dumps(tick(SENSOR).cursor))
    drop("flights/2013-03.csv")

    assert len(kept) < 50
    assert requested(tick(SENSOR, kept)) == [("2013-03", ["flights"])]


def test_a_tick_that_was_lost_is_made_up_for(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv")
    kept = tick(SENSOR).cursor
    drop("flights/2013-03.csv")
    lost = tick(SENSOR, kept)

    # The daemon died before it recorded the tick: the cursor is still the old one.
    assert requested(tick(SENSOR, kept)) == requested(lost) == [("2013-03", ["flights"])]
    assert run_keys(tick(SENSOR, kept)) == run_keys(lost)


@pytest.mark.parametrize("cursor", [None, "", "7 unknown", "nonsense", '{"flights/2013-02.csv": ["1", "2"]}'])
def test_a_cursor_that_stands_for_nothing_looks_at_everything_again(tick: Tick, drop: Drop, cursor: str | None) -> None:
    drop("flights/2013-02.csv")
    tick(SENSOR)

    assert requested(tick(SENSOR, cursor)) == [("2013-02", ["flights"])]


def test_the_same_content_delivered_again_requests_nothing(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv", "a\n1\n", seconds_ago=600)
    cursor = tick(SENSOR).cursor
    drop("flights/2013-02.csv", "a\n1\n", seconds_ago=60)

    assert tick(SENSOR, cursor).run_requests == []


def test_the_same_content_delivered_again_is_remembered_so_that_it_is_read_only_once(
    tick: Tick, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop("flights/2013-02.csv", seconds_ago=600)
    cursor = tick(SENSOR).cursor
    drop("flights/2013-02.csv", seconds_ago=60)
    cursor = tick(SENSOR, cursor).cursor

    monkeypatch.setattr(FolderLanding, "content", lambda *_: pytest.fail("read again"))
    assert tick(SENSOR, cursor).run_requests == []


def test_changed_content_is_requested_again_under_another_run_key(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv", "a\n1\n", seconds_ago=600)
    first = tick(SENSOR)
    drop("flights/2013-02.csv", "a\n2\n", seconds_ago=60)
    second = tick(SENSOR, first.cursor)

    assert requested(second) == [("2013-02", ["flights"])]
    assert run_keys(second) != run_keys(first)


def test_a_correction_that_is_taken_back_is_requested_a_third_time(tick: Tick, drop: Drop) -> None:
    cursor, keys = None, []
    for seconds_ago, text in ((600, "a\n1\n"), (300, "a\n2\n"), (60, "a\n1\n")):
        drop("flights/2013-02.csv", text, seconds_ago)
        answer = tick(SENSOR, cursor)
        cursor, keys = answer.cursor, keys + run_keys(answer)

    # Dagster drops a request whose run key it has seen, so all three must differ.
    assert len(set(keys)) == 3


def test_a_file_that_is_still_being_written_waits_until_it_has_settled(tick: Tick, drop: Drop) -> None:
    drop("flights/2013-02.csv", seconds_ago=0)
    drop("weather/2013-02.csv", seconds_ago=60)
    first = tick(SENSOR)
    drop("flights/2013-02.csv", seconds_ago=3)

    assert requested(first) == [("2013-02", ["weather"])]
    assert requested(tick(SENSOR, first.cursor)) == [("2013-02", ["flights"])]


def test_files_that_no_dataset_declares_are_left_alone(tick: Tick, drop: Drop) -> None:
    for name in ("flights/2013-02.partial", "flights/notes.csv", "flights/2013-2.csv", "hotels/2013-02.csv", "x.csv"):
        drop(name)

    assert tick(SENSOR).run_requests == []


def test_a_file_of_a_month_outside_the_declared_range_harms_no_other_month(tick: Tick, drop: Drop) -> None:
    drop("flights/2015-07.csv")
    drop("flights/2013-13.csv")
    drop("flights/2013-02.csv")

    assert [partition for partition, _ in requested(tick(SENSOR))] == ["2013-02"]


def test_a_file_of_a_month_outside_the_declared_range_is_named_with_the_remedy(tick: Tick, drop: Drop) -> None:
    drop("flights/2015-07.csv")

    answer = tick(SENSOR)

    assert "flights/2015-07.csv" in answer.skip_message
    assert "widen the dataset's partitions in defs.yaml" in answer.skip_message


def test_a_file_that_is_left_alone_is_told_once_on_the_dataset_that_it_resembles(tick: Tick, drop: Drop) -> None:
    drop("flights/2015-07.csv")
    drop("wether/2013-02.csv")
    drop("flights/2013-02.csv")

    answer = tick(SENSOR)

    # Told although there is something new as well.
    assert [partition for partition, _ in requested(answer)] == ["2013-02"]
    told = {event.asset_key.to_user_string(): event for event in answer.asset_events}
    assert told["flights"].metadata["left alone"].value == "flights/2015-07.csv"
    assert told["weather"].metadata["left alone"].value == "wether/2013-02.csv"
    assert "no dataset declares a file of that name" in told["weather"].description
    assert tick(SENSOR, answer.cursor).asset_events == []


def test_names_that_nobody_declares_are_named_when_nothing_is_new(tick: Tick, drop: Drop) -> None:
    drop("hotels/2013-02.csv")
    drop(".hidden")

    message = tick(SENSOR).skip_message

    assert "hotels/2013-02.csv (no dataset declares a file of that name)" in message
    assert ".hidden" not in message
