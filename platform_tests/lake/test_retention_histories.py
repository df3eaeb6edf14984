"""Random histories and policies: retention keeps what it promises, does it once, and survives dying half-way."""

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.errors import StoreFailed
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.store import Store
from platform_assets.lake.table_state import TableState, read_state
from platform_assets.lake.upkeep import apply_retention, expire_months, expire_snapshots, merge_small_files, plan_table

Rows = Callable[..., pa.Table]
MONTHS = ("2012-11", "2012-12", "2013-01", "2013-02")


@dataclass(frozen=True)
class Publish:
    """A month's rows in so many files; tagged, or followed by a staged file that nobody publishes."""

    month: str
    files: int
    tagged: bool
    stray: bool


@dataclass(frozen=True)
class Made:
    """A lake after a history: rows by snapshot, and the moment at which each publish was done."""

    lake: Lake
    rows: dict[int, list[tuple[object, ...]]]
    moments: list[datetime]


publishes = st.builds(Publish, st.sampled_from(MONTHS), st.integers(1, 4), st.booleans(), st.booleans())
histories = st.lists(publishes, min_size=1, max_size=5)
# Ages that lie between the publishes of a history: which of its publishes is the newest that history does not reach.
policies = st.tuples(
    st.integers(0, 5), st.none() | st.integers(1, 4), st.sampled_from(["today", "newest_partition"]), st.integers(1, 3)
)


def content(lake: Lake, events: TableSpec, snapshot: int | None = None) -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in lake.read(events.name, snapshot_id=snapshot).to_pylist())


@contextlib.contextmanager
def made(events: TableSpec, rows: Rows, history: Sequence[Publish]) -> Iterator[Made]:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        seen, moments = {}, []
        for turn, publish in enumerate(history):
            files = [
                lake.stage_rows(events, rows(publish.month, f"{turn}.{file}", file + 1))
                for file in range(publish.files)
            ]
            snapshot = lake.publish(events, month_window(publish.month, "happened"), files, {}).snapshot_id
            seen[snapshot] = content(lake, events)
            if publish.tagged:
                lake.tag(events.name, snapshot, f"tag-{turn}")
            if publish.stray:
                lake.stage_rows(events, rows(publish.month, "stray", 1))
            moments.append(datetime.now(UTC))
        yield Made(lake, seen, moments)


def policy_of(drawn: tuple[int, int | None, str, int], moments: Sequence[datetime], now: datetime) -> RetentionPolicy:
    reach, months, counted_from, small = drawn
    oldest = moments[min(reach, len(moments) - 1)]
    return RetentionPolicy(
        history=now - oldest,
        expire_after_months=months,
        counted_from=counted_from,  # type: ignore[arg-type]
        small_files=small,
    )


def later() -> datetime:
    # Everything that was written is older than the grace time then.
    return datetime.now(UTC) + timedelta(days=40)


def snapshots(state: TableState) -> set[int]:
    return {snapshot.snapshot_id for snapshot in state.snapshots}


def assert_whole(lake: Lake, state: TableState) -> None:
    """Everything that is referred to is there."""
    missing = state.reachable - {file.location for file in state.stored}
    assert not missing


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(history=histories, drawn=policies)
def test_what_is_kept_reads_as_before_and_nothing_that_is_referred_to_goes(
    events: TableSpec, rows: Rows, history: list[Publish], drawn: tuple[int, int | None, str, int]
) -> None:
    with made(events, rows, history) as before:
        lake, now = before.lake, later()
        policy = policy_of(drawn, before.moments, now)
        plan, current = plan_table(lake, events.name, policy, now), content(lake, events)

        done = apply_retention(lake, events.name, policy, now, {"run-id": "night"})

        state = read_state(lake, events.name)
        assert_whole(lake, state)
        kept = snapshots(state)
        tags = {snapshot.snapshot_id for snapshot in state.snapshots if set(snapshot.names) - {"main"}}
        assert len(tags) == sum(publish.tagged for publish in history)
        for snapshot in kept & before.rows.keys():
            assert content(lake, events, snapshot) == before.rows[snapshot]
        stays = [row for row in current if f"{row[0]:%Y-%m}" not in plan.expired]
        assert content(lake, events) == stays
        assert done.expired == plan.expired
        assert done.now.unreferenced == 0
        # A merged file is smaller than its parts; Iceberg's own metadata grows by a file for each commit.
        data = (plan.before.data + plan.before.unreferenced, done.now.data)
        replaced = sum(file.bytes for group in plan.compacted for file in group) if policy.history else 0
        assert data[1] <= data[0] + replaced


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(history=histories, drawn=policies)
def test_a_plan_foretells_the_bytes_once_replaced_versions_have_run_out(
    events: TableSpec, rows: Rows, history: list[Publish], drawn: tuple[int, int | None, str, int]
) -> None:
    with made(events, rows, history) as before:
        lake, now = before.lake, later()
        policy = policy_of(drawn, before.moments, now)
        plan = apply_retention(lake, events.name, policy, now, {}).plan

        done = apply_retention(lake, events.name, policy, now + policy.history + timedelta(days=1), {})

        merged = sum(len(group) for group in plan.compacted)
        if not merged and policy.counted_from == "newest_partition":
            assert done.now.data == plan.after.data
        assert done.now.data <= plan.after.data <= plan.before.data
        assert done.now.held_by_tags == plan.after.held_by_tags


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(history=histories, drawn=policies)
def test_a_second_run_finds_nothing_to_do(
    events: TableSpec, rows: Rows, history: list[Publish], drawn: tuple[int, int | None, str, int]
) -> None:
    with made(events, rows, history) as before:
        lake, now = before.lake, later()
        policy = policy_of(drawn, before.moments, now)
        apply_retention(lake, events.name, policy, now, {})
        once = read_state(lake, events.name)

        again = apply_retention(lake, events.name, policy, now, {})

        assert again.plan.is_empty
        assert (again.expired, again.merged, again.snapshots, again.deleted) == ((), 0, 0, 0)
        assert read_state(lake, events.name) == once


class Dies(OSError):
    """Stands for the end of the process."""


class DyingStore(Store):
    """A store whose process dies at its n-th deletion."""

    left = 0

    def delete(self, location: str) -> None:
        if self.left == 0:
            raise Dies
        self.left -= 1
        super().delete(location)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(history=histories, drawn=policies, step=st.integers(0, 3), deletions=st.integers(0, 6))
def test_a_run_that_died_anywhere_is_finished_by_the_next(
    events: TableSpec,
    rows: Rows,
    history: list[Publish],
    drawn: tuple[int, int | None, str, int],
    step: int,
    deletions: int,
) -> None:
    with made(events, rows, history) as before:
        lake, now = before.lake, later()
        policy = policy_of(drawn, before.moments, now)
        plan, current = plan_table(lake, events.name, policy, now), content(lake, events)
        stays = [row for row in current if f"{row[0]:%Y-%m}" not in plan.expired]

        die_after(lake, events.name, policy, now, step, deletions)

        assert content(lake, events) in (current, stays)
        assert_whole(lake, read_state(lake, events.name))
        apply_retention(lake, events.name, policy, now, {})
        state = read_state(lake, events.name)
        assert content(lake, events) == stays
        assert_whole(lake, state)
        assert {file.location for file in state.stored} <= state.reachable
        assert plan_table(lake, events.name, policy, now).is_empty


def die_after(lake: Lake, name: str, policy: RetentionPolicy, now: datetime, step: int, deletions: int) -> None:
    """The first ``step`` steps of a run; after the last one, its process dies while it deletes."""
    plan = plan_table(lake, name, policy, now)
    steps: list[Callable[[], object]] = [
        lambda: expire_months(lake, plan, {}),
        lambda: merge_small_files(lake, plan, {}),
        lambda: expire_snapshots(lake, name, policy, now),
    ]
    for each in steps[:step]:
        each()
    if step == len(steps):
        dying = Lake(lake.warehouse)
        store = DyingStore(lake.warehouse)
        store.left = deletions
        dying.store = store
        with contextlib.suppress(StoreFailed):
            apply_retention(dying, name, policy, now, {})


def test_a_tag_that_is_put_on_an_expiring_snapshot_meanwhile_saves_it(
    lake: Lake, events: TableSpec, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platform_assets.lake import upkeep

    january = month_window("2013-01", "happened")
    first = lake.publish_rows(events, january, rows("2013-01", "first", 2), {}).snapshot_id
    lake.publish_rows(events, january, rows("2013-01", "second", 3), {})
    honest, asked = upkeep.expired_snapshots, []

    def slow(*arguments: object) -> tuple[int, ...]:
        found = honest(*arguments)  # type: ignore[arg-type]
        if not asked:
            asked.append(found)
            lake.tag(events.name, first, "just in time")
        return found

    monkeypatch.setattr(upkeep, "expired_snapshots", slow)

    apply_retention(lake, events.name, RetentionPolicy(), later(), {})

    assert first in asked[0]
    assert lake.read(events.name, snapshot_id=first)["writer"].to_pylist() == ["first", "first"]


def test_publishes_during_retention_are_all_there(racing_lake: Lake, events: TableSpec, rows: Rows) -> None:
    months = [f"2013-{number:02}" for number in range(1, 5)]
    stop = threading.Event()
    problems: list[BaseException] = []

    def publish() -> None:
        try:
            for turn in range(3):
                for month in months:
                    files = [racing_lake.stage_rows(events, rows(month, f"{turn}.{part}", 2)) for part in range(3)]
                    racing_lake.publish(events, month_window(month, "happened"), files, {})
        except BaseException as error:  # noqa: BLE001  handed to the test's thread
            problems.append(error)
        stop.set()

    racing_lake.publish_rows(events, month_window("2013-01", "happened"), rows("2013-01", "start", 1), {})
    writer = threading.Thread(target=publish)
    writer.start()
    # No time for history, the real one for files that may still be published.
    policy = RetentionPolicy(history=timedelta(0), small_files=2)
    runs = 0
    while not stop.is_set():
        apply_retention(racing_lake, events.name, policy, datetime.now(UTC), {})
        runs += 1
    writer.join()

    assert not problems
    assert runs > 0
    assert sorted(racing_lake.read(events.name)["writer"].to_pylist()) == sorted(
        f"2.{part}" for part in range(3) for _ in range(2) for _ in months
    )
    assert_whole(racing_lake, read_state(racing_lake, events.name))
