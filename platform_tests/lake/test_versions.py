"""Versions: every publish is one, each can be read by snapshot, tag or time, and a wrong wish is told what there is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.errors import LakeError, TableNotFound
from platform_assets.lake.partitions import Values
from platform_assets.lake.version_errors import (
    NoVersionAt,
    PartitionNotKnown,
    SnapshotNotFound,
    TagNotFound,
    TagNotUsable,
    TimeWithoutZone,
)
from platform_assets.lake.versions import as_version

Rows = Callable[..., pa.Table]
MONTHS = ["2013-01", "2013-02", "2013-03"]
# At so many moments between two versions the table is read.
MOMENTS = 50


@pytest.fixture
def publish(events: TableSpec, rows: Rows) -> Callable[..., int]:
    """``publish(lake, "2013-02", "me", 3)`` gives the snapshot."""

    def one(lake: Lake, month: str, writer: str, count: int) -> int:
        facts = {"partition": month, "run-id": f"run of {writer}", "code-commit": "abc", "contract-version": "1"}
        window = month_window(month, "happened")
        return lake.publish_rows(events, window, rows(month, writer, count), facts).snapshot_id

    return one


def writers(table: pa.Table) -> list[str]:
    return sorted(table["writer"].to_pylist())


def expire(lake: Lake, table: str, snapshots: list[int]) -> None:
    lake.versions(table).table.maintenance.expire_snapshots().by_ids(snapshots).commit()


def test_history_has_one_line_per_publish_with_what_it_changed_and_who_did_it(
    lake: Lake, events: TableSpec, publish: Callable[..., int]
) -> None:
    first = publish(lake, "2013-01", "a", 3)
    second = publish(lake, "2013-02", "b", 2)
    third = publish(lake, "2013-01", "c", 5)
    lake.tag(events.name, second, "kept")
    emptied = lake.publish(events, month_window("2013-02", "happened"), [], {"partition": "2013-02"}).snapshot_id

    history = lake.versions(events.name).history()

    assert [(v.snapshot_id, v.operation, v.partition, v.rows_added, v.rows_removed, v.rows) for v in history] == [
        (emptied, "removed", "2013-02", 0, 2, 5),
        (third, "replaced", "2013-01", 5, 3, 7),
        (second, "added", "2013-02", 2, 0, 5),
        (first, "added", "2013-01", 3, 0, 3),
    ]
    assert [v.current for v in history] == [True, False, False, False]
    assert [v.tags for v in history] == [(), (), ("kept",), ()]
    assert history[1].as_row() | {"time": ""} == {
        "snapshot": str(third),
        "time": "",
        "operation": "replaced",
        "partition": "2013-01",
        "rows added": 5,
        "rows removed": 3,
        "rows": 7,
        "run": "run of c",
        "code commit": "abc",
        "contract version": "1",
        "tags": [],
        "who": None,
        "reason": None,
    }
    assert lake.versions(events.name).history(2) == history[:2]


def test_a_publish_that_must_rewrite_a_file_is_one_version_too(lake: Lake, events: TableSpec, rows: Rows) -> None:
    whole = TableSpec("shop.whole", events.columns)
    lake.publish_rows(whole, Values((("writer", "a"),)), rows("2013-01", "a", 2), {})
    both = pa.concat_tables([rows("2013-01", "a", 2), rows("2013-01", "b", 3)])
    before = lake.publish_rows(whole, Values(), both, {}).snapshot_id

    after = lake.publish_rows(whole, Values((("writer", "b"),)), rows("2013-01", "b", 1), {}).snapshot_id

    newest, previous = lake.versions(whole.name).history(2)
    assert (newest.snapshot_id, newest.rows_added, newest.rows_removed, newest.rows) == (after, 1, 3, 3)
    assert previous.snapshot_id == before
    # Between the two nobody could see the table without the rows of b, whatever moment is asked for.
    between = newest.committed_at - previous.committed_at
    for part in range(MOMENTS + 1):
        assert len(lake.read(whole.name, as_of=previous.committed_at + between * part / MOMENTS)) in (5, 3)


def test_a_table_is_read_as_of_a_snapshot_a_tag_and_a_time(
    lake: Lake, events: TableSpec, publish: Callable[..., int]
) -> None:
    old = publish(lake, "2013-01", "old", 2)
    lake.versions(events.name).tag("before-fix", old)
    new = publish(lake, "2013-01", "new", 3)
    published = {v.snapshot_id: v.committed_at for v in lake.versions(events.name).history()}

    assert writers(lake.read(events.name)) == ["new"] * 3
    for as_of in (old, "before-fix", published[old], published[new] - timedelta(microseconds=1)):
        assert writers(lake.read(events.name, as_of=as_of)) == ["old"] * 2
    for as_of in (new, published[new], datetime.now(UTC) + timedelta(days=1)):
        assert writers(lake.read(events.name, as_of=as_of)) == ["new"] * 3
    other_zone = published[old].astimezone(datetime.fromisoformat("2026-01-01T00:00+09:00").tzinfo)
    assert writers(lake.read(events.name, as_of=other_zone)) == ["old"] * 2


def test_a_tag_moves_ends_and_keeps_its_version(lake: Lake, events: TableSpec, publish: Callable[..., int]) -> None:
    old, new = publish(lake, "2013-01", "old", 1), publish(lake, "2013-01", "new", 1)
    versions = lake.versions(events.name)

    assert versions.tag("audit", old) == old
    assert versions.tag("copy", "audit") == old
    assert versions.tag("audit", new) == new
    assert lake.versions(events.name).tags() == {"audit": new, "copy": old}
    with pytest.raises(ValueError, match="protected"):
        expire(lake, events.name, [old])

    versions.untag("copy")

    assert lake.versions(events.name).tags() == {"audit": new}
    expire(lake, events.name, [old])
    with pytest.raises(SnapshotNotFound):
        lake.read(events.name, as_of=old)


def test_tagging_wins_against_publishes_that_commit_in_between(
    lake: Lake, events: TableSpec, publish: Callable[..., int]
) -> None:
    old = publish(lake, "2013-01", "old", 1)
    stale = lake.versions(events.name)
    publish(lake, "2013-02", "other", 1)

    stale.tag("kept", old)

    assert lake.versions(events.name).tags() == {"kept": old}
    assert writers(lake.read(events.name)) == ["old", "other"]


def test_a_tag_on_a_version_that_expires_in_between_is_refused(
    lake: Lake, events: TableSpec, publish: Callable[..., int]
) -> None:
    old = publish(lake, "2013-01", "old", 1)
    publish(lake, "2013-01", "new", 1)
    stale = lake.versions(events.name)
    expire(lake, events.name, [old])

    with pytest.raises(SnapshotNotFound):
        stale.tag("kept", old)

    assert lake.versions(events.name).tags() == {}


@pytest.mark.parametrize("tag", ["", " ", "main", "123", "2013-02-01", "2013-02-01T12:00"])
def test_a_tag_that_would_mean_something_else_is_refused(
    local_lake: Lake, events: TableSpec, publish: Callable[..., int], tag: str
) -> None:
    snapshot = publish(local_lake, "2013-01", "me", 1)

    with pytest.raises(TagNotUsable, match="Choose another"):
        local_lake.versions(events.name).tag(tag, snapshot)


def test_a_version_that_is_not_there_is_told_what_there_is(
    local_lake: Lake, events: TableSpec, publish: Callable[..., int]
) -> None:
    first, second = publish(local_lake, "2013-01", "a", 1), publish(local_lake, "2013-01", "b", 1)
    local_lake.tag(events.name, first, "audit")
    began = local_lake.versions(events.name).history()[-1].committed_at

    with pytest.raises(SnapshotNotFound, match=rf"'shop.events' has no snapshot 42: .*newest first: {second}, {first}"):
        local_lake.read(events.name, as_of=42)
    with pytest.raises(TagNotFound, match=r"has no tag 'audti'\. Choose one of its tags: audit\."):
        local_lake.read(events.name, as_of="audti")
    with pytest.raises(TagNotFound, match="no tag 'b'"):
        local_lake.versions(events.name).untag("b")
    with pytest.raises(NoVersionAt, match="nothing had been published"):
        local_lake.read(events.name, as_of=began - timedelta(seconds=1))
    with pytest.raises(TimeWithoutZone, match="tzinfo=UTC"):
        local_lake.read(events.name, as_of=datetime(2026, 1, 1))
    with pytest.raises(TableNotFound):
        local_lake.versions("shop.nothing")


def test_a_time_whose_version_has_expired_is_refused_and_never_answered_with_an_older_one(
    local_lake: Lake, events: TableSpec, publish: Callable[..., int]
) -> None:
    ids = [publish(local_lake, "2013-01", f"version {number}", 1) for number in range(4)]
    times = [v.committed_at for v in reversed(local_lake.versions(events.name).history())]
    local_lake.tag(events.name, ids[0], "first")

    expire(local_lake, events.name, [ids[1]])

    assert writers(local_lake.read(events.name, as_of="first")) == ["version 0"]
    for moment in (times[0], times[1], times[2] - timedelta(milliseconds=1)):
        with pytest.raises(NoVersionAt, match="the version of that time has expired"):
            local_lake.read(events.name, as_of=moment)
    assert writers(local_lake.read(events.name, as_of=times[2])) == ["version 2"]

    local_lake.versions(events.name).untag("first")
    expire(local_lake, events.name, [ids[0]])

    with pytest.raises(NoVersionAt, match="has expired"):
        local_lake.read(events.name, as_of=times[0])
    with pytest.raises(SnapshotNotFound, match="are not kept"):
        local_lake.read(events.name, as_of=ids[0])


def test_texts_mean_snapshots_times_and_tags() -> None:
    assert as_version("8911172160187589777") == 8911172160187589777
    assert as_version("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert as_version("2026-01-31T12:00+02:00") == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert as_version("flight_delay-v3") == "flight_delay-v3"


def test_a_partition_is_written_as_people_write_it(
    local_lake: Lake, events: TableSpec, rows: Rows, publish: Callable[..., int]
) -> None:
    publish(local_lake, "2013-01", "me", 1)
    whole = TableSpec("shop.whole", events.columns)
    by_writer = TableSpec("shop.by_writer", events.columns, (("writer", "identity"),))
    for spec in (whole, by_writer):
        local_lake.publish_rows(spec, Values((("writer", "me"),)), rows("2013-01", "me", 1), {})

    assert local_lake.versions(events.name).scope("2013-01") == month_window("2013-01", "happened")
    assert local_lake.versions(by_writer.name).scope("me") == Values((("writer", "me"),))
    for name, partition in ((events.name, "January"), (whole.name, "2013-01")):
        with pytest.raises(PartitionNotKnown, match=f"'{name}' has no partition '{partition}'"):
            local_lake.versions(name).scope(partition)
        assert local_lake.versions(name).scope(None) == Values()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    publishes=st.lists(st.tuples(st.sampled_from(MONTHS), st.integers(0, 3)), min_size=1, max_size=6),
    asked=st.floats(0, 1),
)
def test_at_any_moment_the_table_is_what_the_publishes_up_to_then_made_of_it(
    tmp_path_factory: pytest.TempPathFactory,
    events: TableSpec,
    rows: Rows,
    publishes: list[tuple[str, int]],
    asked: float,
) -> None:
    lake = Lake(Path(tmp_path_factory.mktemp("lake")))
    state: dict[str, list[str]] = {}
    states: list[tuple[datetime, list[str]]] = []
    for turn, (month, count) in enumerate(publishes):
        window = month_window(month, "happened")
        if count:
            lake.publish_rows(events, window, rows(month, f"turn {turn}", count), {})
        else:
            lake.publish(events, window, [], {})
        state[month] = [f"turn {turn}"] * count
        newest = lake.versions(events.name).history(1)[0]
        states.append((newest.committed_at, sorted(writer for month in state.values() for writer in month)))
    began, ended = states[0][0], states[-1][0]
    moment = began + asked * (ended - began)

    seen = writers(lake.read(events.name, as_of=moment))

    assert seen == [expected for committed, expected in states if committed <= moment][-1]


def test_every_message_names_the_table_and_a_remedy() -> None:
    now = datetime.now(UTC)
    errors: list[LakeError] = [
        SnapshotNotFound("t", 1, [2], now),
        TagNotFound("t", "x", []),
        NoVersionAt("t", now, now, expired=True),
        PartitionNotKnown("t", "x", "it is not cut"),
    ]
    assert all("Table 't'" in str(error) and str(error).endswith(".") for error in errors)
