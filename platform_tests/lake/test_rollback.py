"""Rolling back: rows are exactly what they were, in one new version; whatever was there before stays readable."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.lake import ColumnSpec, Lake, TableSpec, month_window
from platform_assets.lake.partitions import WHOLE_TABLE, Values
from platform_assets.lake.rollback import Restored
from platform_assets.lake.version_errors import NothingToRollBack, RollbackCutsFile, SnapshotNotFound

Rows = Callable[..., pa.Table]
Publish = Callable[..., int]
JANUARY, FEBRUARY = (month_window(month, "happened") for month in ("2013-01", "2013-02"))
MONTHS = ["2013-01", "2013-02", "2013-03"]


@pytest.fixture
def publish(events: TableSpec, rows: Rows) -> Publish:
    def one(lake: Lake, month: str, writer: str, count: int) -> int:
        facts = {"partition": month, "run-id": writer}
        return lake.publish_rows(events, month_window(month, "happened"), rows(month, writer, count), facts).snapshot_id

    return one


def by(table: pa.Table) -> list[tuple[str, int]]:
    return sorted(zip(table["writer"].to_pylist(), table["number"].to_pylist(), strict=True))


def test_one_partition_is_rolled_back_and_no_other(lake: Lake, events: TableSpec, publish: Publish) -> None:
    publish(lake, "2013-01", "good", 3)
    old = publish(lake, "2013-02", "other", 2)
    bad = publish(lake, "2013-01", "bad", 5)
    publish(lake, "2013-02", "newer", 1)

    done = lake.versions(events.name).rollback(old, {"partition": "2013-01", "who": "me", "reason": "bad"}, JANUARY)

    assert by(lake.read(events.name, JANUARY)) == [("good", number) for number in range(3)]
    assert by(lake.read(events.name, FEBRUARY)) == [("newer", 0)]
    newest, previous = lake.versions(events.name).history(2)
    assert (newest.snapshot_id, newest.operation, newest.rows_added, newest.rows_removed, newest.rows) == (
        done.snapshot_id, "rolled back", 3, 5, 4,
    )  # fmt: skip
    assert newest.facts == {"partition": "2013-01", "who": "me", "reason": "bad", "rolled-back-to": str(old)}
    assert previous.operation == "replaced"
    assert by(lake.read(events.name, JANUARY, as_of=bad)) == [("bad", number) for number in range(5)]


def test_a_whole_table_is_rolled_back_and_partitions_that_came_later_are_empty(
    lake: Lake, events: TableSpec, publish: Publish
) -> None:
    first = publish(lake, "2013-01", "first", 2)
    old = publish(lake, "2013-02", "second", 2)
    publish(lake, "2013-03", "third", 2)
    publish(lake, "2013-01", "fourth", 4)

    done = lake.versions(events.name).rollback(old, {})

    assert lake.read(events.name).sort_by("happened") == lake.read(events.name, as_of=old).sort_by("happened")
    assert done.restored == (Restored("2013-01", 2, first), Restored("2013-03", 0, None))
    assert (done.table, done.to) == (events.name, old)
    publish(lake, "2013-03", "again", 1)
    assert by(lake.read(events.name, month_window("2013-03", "happened"))) == [("again", 0)]


def test_a_rollback_is_rolled_back_like_any_version(lake: Lake, events: TableSpec, publish: Publish) -> None:
    old, new = publish(lake, "2013-01", "old", 1), publish(lake, "2013-01", "new", 2)
    versions = lake.versions(events.name)
    back = versions.rollback(old, {}, JANUARY)

    forth = lake.versions(events.name).rollback(new, {}, JANUARY)
    third = lake.versions(events.name).rollback(back.snapshot_id, {}, JANUARY)

    assert by(lake.read(events.name, as_of=forth.snapshot_id)) == [("new", 0), ("new", 1)]
    assert by(lake.read(events.name)) == [("old", 0)]
    # Who published the rows is known through any number of rollbacks.
    assert [one.restored[0].published_by for one in (back, forth, third)] == [old, new, old]
    assert [v.operation for v in lake.versions(events.name).history()] == [
        "rolled back", "rolled back", "rolled back", "replaced", "added",
    ]  # fmt: skip


def test_a_publish_that_commits_in_between_is_kept(lake: Lake, events: TableSpec, publish: Publish) -> None:
    old = publish(lake, "2013-01", "old", 1)
    publish(lake, "2013-01", "bad", 1)
    stale = lake.versions(events.name)
    publish(lake, "2013-02", "meanwhile", 2)

    stale.rollback(old, {}, JANUARY)

    assert by(lake.read(events.name)) == [("meanwhile", 0), ("meanwhile", 1), ("old", 0)]


def test_a_version_that_expires_in_between_is_refused(local_lake: Lake, events: TableSpec, publish: Publish) -> None:
    old = publish(local_lake, "2013-01", "old", 1)
    publish(local_lake, "2013-01", "new", 1)
    stale = local_lake.versions(events.name)
    local_lake.versions(events.name).table.maintenance.expire_snapshots().by_id(old).commit()

    with pytest.raises(SnapshotNotFound):
        stale.rollback(old, {}, JANUARY)

    assert by(local_lake.read(events.name)) == [("new", 0)]


def test_rows_that_are_what_they_were_need_no_rollback(local_lake: Lake, events: TableSpec, publish: Publish) -> None:
    old = publish(local_lake, "2013-01", "me", 1)
    publish(local_lake, "2013-02", "me", 1)

    with pytest.raises(NothingToRollBack, match=f"partition 2013-01 of table 'shop.events' is already.*{old}"):
        local_lake.versions(events.name).rollback(old, {"partition": "2013-01"}, JANUARY)

    assert len(local_lake.versions(events.name).history()) == 2


def test_a_scope_that_cuts_a_file_is_refused(local_lake: Lake, events: TableSpec, rows: Rows) -> None:
    whole = TableSpec("shop.whole", events.columns)
    both = pa.concat_tables([rows("2013-01", "a", 2), rows("2013-01", "b", 2)])
    old = local_lake.publish_rows(whole, WHOLE_TABLE, both, {}).snapshot_id
    local_lake.publish_rows(whole, WHOLE_TABLE, rows("2013-01", "a", 1), {})

    with pytest.raises(RollbackCutsFile, match="Roll back the whole table"):
        local_lake.versions(whole.name).rollback(old, {}, Values((("writer", "a"),)))
    with pytest.raises(RollbackCutsFile):
        local_lake.versions(whole.name).rollback(old, {}, JANUARY)

    done = local_lake.versions(whole.name).rollback(old, {})
    assert (by(local_lake.read(whole.name)), done.restored[0].partition) == (by(both), None)


def test_a_column_that_was_added_since_is_missing_in_restored_rows(
    local_lake: Lake, events: TableSpec, rows: Rows, publish: Publish
) -> None:
    old = publish(local_lake, "2013-01", "old", 2)
    with local_lake.versions(events.name).table.update_schema() as change:
        from pyiceberg.types import StringType

        change.add_column("place", StringType())
    wider = TableSpec(events.name, (*events.columns, ColumnSpec("place", "string")), events.partition_by)
    new = rows("2013-01", "new", 3).append_column("place", pa.array(["here"] * 3))
    local_lake.publish_rows(wider, JANUARY, new, {})

    local_lake.versions(events.name).rollback(old, {}, JANUARY)

    assert (
        local_lake.read(events.name).select(["writer", "place"]).to_pylist() == [{"writer": "old", "place": None}] * 2
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("publish"), st.sampled_from(MONTHS), st.integers(0, 3)),
            st.tuples(st.just("roll back"), st.sampled_from([*MONTHS, None]), st.integers(0, 9)),
        ),
        min_size=2,
        max_size=9,
    )
)
def test_any_sequence_of_publishes_and_rollbacks_ends_as_a_plain_model_of_it(
    tmp_path_factory: pytest.TempPathFactory,
    events: TableSpec,
    rows: Rows,
    steps: list[tuple[str, str | None, int]],
) -> None:
    lake = Lake(Path(tmp_path_factory.mktemp("lake")))
    state: dict[str, list[tuple[str, int]]] = {}
    states: list[tuple[int, dict[str, list[tuple[str, int]]]]] = []
    turns = itertools.count()
    for step, month, number in steps:
        if step == "publish" and month is not None:
            writer, window = f"turn {next(turns)}", month_window(month, "happened")
            if number:
                made = lake.publish_rows(events, window, rows(month, writer, number), {}).snapshot_id
            else:
                made = lake.publish(events, window, [], {}).snapshot_id
            state = {**state, month: [(writer, n) for n in range(number)]}
        elif states:
            to, then = states[number % len(states)]
            wanted = then if month is None else {**state, month: then.get(month, [])}
            versions = lake.versions(events.name)
            try:
                made = versions.rollback(to, {}, versions.scope(month)).snapshot_id
            except NothingToRollBack:
                assert flat(wanted) == flat(state)
                continue
            state = wanted
        else:
            continue
        states.append((made, state))
        assert by(lake.read(events.name)) == flat(state)

    for snapshot, then in states:
        assert by(lake.read(events.name, as_of=snapshot)) == flat(then)
    if states:
        history = lake.versions(events.name).history()
        assert [version.snapshot_id for version in history] == [snapshot for snapshot, _ in reversed(states)]
        assert [version.rows for version in history] == [len(flat(then)) for _, then in reversed(states)]


def flat(state: dict[str, list[tuple[str, int]]]) -> list[tuple[str, int]]:
    return sorted(row for month in state.values() for row in month)
