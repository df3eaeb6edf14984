"""Reading: as of a snapshot or tag, only the files of a partition, and where the rows came from."""

import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.errors import PartitionNotFound, TableNotFound
from platform_assets.lake.partitions import Values, window_from_text

Rows = Callable[..., pa.Table]
JANUARY, FEBRUARY = (month_window(month, "happened") for month in ("2013-01", "2013-02"))


def test_a_snapshot_shows_the_table_as_it_was(lake: Lake, events: TableSpec, rows: Rows) -> None:
    old = lake.publish_rows(events, JANUARY, rows("2013-01", "old", 2), {}).snapshot_id
    new = lake.publish_rows(events, JANUARY, rows("2013-01", "new", 3), {}).snapshot_id

    assert set(lake.read(events.name, snapshot_id=old)["writer"].to_pylist()) == {"old"}
    assert set(lake.read(events.name, snapshot_id=new)["writer"].to_pylist()) == {"new"}
    assert lake.plan_files(events.name, snapshot_id=old) != lake.plan_files(events.name, snapshot_id=new)
    assert lake.snapshot_id(events.name) == new != old


def test_another_handle_on_the_same_lake_sees_what_was_published(lake: Lake, events: TableSpec, rows: Rows) -> None:
    published = lake.publish_rows(events, JANUARY, rows("2013-01", "me", 2), {})

    other = pickle.loads(pickle.dumps(lake))

    assert other.snapshot_id(events.name) == published.snapshot_id
    assert other.read(events.name, columns=["writer"]).to_pylist() == [{"writer": "me"}, {"writer": "me"}]


def test_only_the_files_of_the_wanted_partition_are_planned(lake: Lake, events: TableSpec, rows: Rows) -> None:
    for number in range(1, 7):
        month = f"2013-{number:02}"
        lake.publish_rows(events, month_window(month, "happened"), rows(month, month, 3), {})

    planned = lake.plan_files(events.name, FEBRUARY)

    assert len(lake.plan_files(events.name)) == 6
    assert len(planned) == 1
    assert all(lake.store.exists(path) for path in planned)
    assert len(lake.plan_files(events.name, month_window("2013-03", "happened").starting_earlier(10))) == 2
    assert lake.plan_files(events.name, month_window("2014-01", "happened")) == []


def test_a_window_holds_its_first_moment_but_not_its_end(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "me", 2), {})
    lake.publish_rows(events, FEBRUARY, rows("2013-02", "me", 2), {})

    happened = sorted(lake.read(events.name, JANUARY)["happened"].to_pylist())

    assert happened[0] == datetime(2013, 1, 1, tzinfo=UTC)
    assert happened[-1] == datetime(2013, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)


def test_all_ways_to_read_give_the_same_columns(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, month_window("2013-01", "happened"), rows("2013-01", "me", 3), {})

    whole, nothing = (lake.read(events.name, month_window(month, "happened")) for month in ("2013-01", "2013-02"))
    some = lake.read(events.name, Values((("writer", "me"),)))

    assert (whole.num_rows, nothing.num_rows, some.num_rows) == (3, 0, 3)
    assert whole.schema == nothing.schema == some.schema


def test_provenance_of_every_snapshot_can_be_read_back(lake: Lake, events: TableSpec, rows: Rows) -> None:
    first = lake.publish_rows(events, JANUARY, rows("2013-01", "a", 1), {"run-id": "one", "inputs": '{"x": 1}'})
    lake.publish_rows(events, JANUARY, rows("2013-01", "b", 1), {"run-id": "two"})

    assert lake.provenance(events.name, first.snapshot_id) == {"run-id": "one", "inputs": '{"x": 1}'}
    assert lake.provenance(events.name) == {"run-id": "two"}


def test_a_tag_may_be_set_again_on_a_newer_snapshot(lake: Lake, events: TableSpec, rows: Rows) -> None:
    old = lake.publish_rows(events, JANUARY, rows("2013-01", "old", 1), {}).snapshot_id
    lake.tag(events.name, old, "model-v1")
    new = lake.publish_rows(events, JANUARY, rows("2013-01", "new", 1), {}).snapshot_id
    lake.tag(events.name, new, "model-v1")
    lake.tag(events.name, old, "model-v0")

    refs = lake.iceberg(events.name).metadata.refs
    assert {name: ref.snapshot_id for name, ref in refs.items() if name != "main"} == {"model-v1": new, "model-v0": old}


def test_a_table_that_was_never_published_says_what_to_do(lake: Lake) -> None:
    with pytest.raises(TableNotFound) as error:
        lake.read("shop.nothing")

    assert str(error.value) == (
        "Table 'shop.nothing' does not exist yet: nothing was published to it. Materialise its asset first."
    )
    assert not lake.exists("shop.nothing")
    with pytest.raises(TableNotFound):
        lake.snapshot_id("shop.nothing")
    with pytest.raises(TableNotFound):
        lake.plan_files("shop.nothing")


def test_a_partition_that_was_never_published_says_what_to_do() -> None:
    assert str(PartitionNotFound("shop.events", "2013-02")) == (
        "Table 'shop.events' has no partition 2013-02: it was not published. Materialise that partition first."
    )


@pytest.mark.parametrize("partition", ["2013", "2013-00", "2013-13", "2013-1", "13-01", "2013-01-01", "January", ""])
def test_a_text_that_is_no_month_is_refused_with_an_example(partition: str) -> None:
    with pytest.raises(ValueError, match=r"is not a monthly partition; write year and month as in 2013-02\."):
        month_window(partition, "happened")


def test_a_window_survives_as_text() -> None:
    december = month_window("2013-12", "happened")

    assert window_from_text(december.as_text()) == december
    assert december.end == datetime(2014, 1, 1, tzinfo=UTC)
