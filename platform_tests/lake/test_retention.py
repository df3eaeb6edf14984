"""What a policy asks for: pure planning on states made by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.lake.footprint import GIBIBYTE, SMALLEST_ARCHIVED, Footprint
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.retention import expired_months, expired_snapshots, plan_retention, small_files
from platform_assets.lake.store import FileInfo
from platform_assets.lake.table_state import LiveFile, SnapshotState, TableState

NOW = datetime(2014, 3, 15, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)


def live(month: str | None, number: int = 0, size: int = 1000) -> LiveFile:
    return LiveFile(f"/lake/shop/events/data/{month}/{number}.parquet", size, 10, (month,), month)


def state(
    *files: LiveFile, snapshots: tuple[SnapshotState, ...] = (), named: frozenset[str] = frozenset()
) -> TableState:
    stored = tuple(FileInfo(file.location, file.bytes, LONG_AGO) for file in files)
    return TableState("shop.events", snapshots, files, stored, frozenset(f.location for f in files), named, frozenset())


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RetentionPolicy(), ()),
        (RetentionPolicy(expire_after_months=2), ("2013-11", "2013-12")),
        (RetentionPolicy(expire_after_months=3), ("2013-11",)),
        (RetentionPolicy(expire_after_months=4), ()),
        (RetentionPolicy(expire_after_months=2, counted_from="newest_partition"), ("2013-11",)),
        (RetentionPolicy(expire_after_months=1, counted_from="newest_partition"), ("2013-11", "2013-12")),
    ],
)
def test_months_expire_by_age(policy: RetentionPolicy, expected: tuple[str, ...]) -> None:
    table = state(live("2013-11"), live("2013-12"), live("2014-01"))

    assert expired_months(table, policy, NOW) == expected


@given(months=st.sets(st.integers(0, 60), min_size=1), kept=st.integers(1, 70))
def test_counted_from_the_newest_partition_no_more_than_the_declared_months_stay(months: set[int], kept: int) -> None:
    names = {f"{2010 + number // 12}-{number % 12 + 1:02}" for number in months}
    policy = RetentionPolicy(expire_after_months=kept, counted_from="newest_partition")

    gone = expired_months(state(*map(live, names)), policy, NOW)

    stays = {name for name, number in zip(sorted(names), sorted(months), strict=True) if max(months) - number < kept}
    assert set(gone) == names - stays


def test_a_table_that_is_not_cut_by_month_never_expires() -> None:
    assert expired_months(state(live(None)), RetentionPolicy(expire_after_months=1), NOW) == ()


def test_snapshots_expire_by_when_they_were_replaced_unless_they_have_a_name() -> None:
    snapshots = (
        SnapshotState(1, (), NOW - timedelta(days=31)),
        SnapshotState(2, ("delay-v1",), NOW - timedelta(days=31)),
        SnapshotState(3, (), NOW - timedelta(days=29)),
        SnapshotState(4, ("main",), None),
    )

    assert expired_snapshots(snapshots, RetentionPolicy(), NOW) == (1,)


def test_many_small_files_of_one_partition_become_groups_of_about_the_target() -> None:
    policy = RetentionPolicy(small_files=2, small_bytes=2000, target_bytes=5000)
    january = [live("2014-01", number) for number in range(8)]

    groups = small_files(
        [*january, live("2014-01", 8, size=2000), live("2014-02"), live("2014-02", 1)], frozenset(), policy
    )

    assert [len(group) for group in groups] == [5, 3]
    assert [file for group in groups for file in group] == january


def test_small_files_that_a_tag_holds_are_left_alone() -> None:
    files = [live("2014-01", number) for number in range(6)]

    assert small_files(files, frozenset(file.location for file in files), RetentionPolicy()) == ()


def test_a_plan_says_what_it_saves() -> None:
    old, fresh = live("2013-01", size=GIBIBYTE), live("2014-02", size=GIBIBYTE)
    policy = RetentionPolicy(expire_after_months=12, archive_after_days=365)

    plan = plan_retention(state(old, fresh), policy, NOW)

    assert plan.expired == ("2013-01",)
    assert plan.before == Footprint(archived=2 * GIBIBYTE)
    assert plan.after == Footprint(archived=GIBIBYTE)
    assert plan.before.monthly_dollars("s3", "GLACIER_IR") == pytest.approx(0.008)
    assert plan.after.monthly_dollars("s3", "GLACIER_IR") == pytest.approx(0.004)
    assert plan.before.monthly_dollars("local", "GLACIER_IR") == 0


def test_files_too_small_for_the_archive_class_cost_what_fresh_ones_cost() -> None:
    table = state(live("2013-01", 0, SMALLEST_ARCHIVED - 1), live("2013-02", 0, SMALLEST_ARCHIVED))

    plan = plan_retention(table, RetentionPolicy(archive_after_days=365), NOW)

    assert (plan.before.data, plan.before.archived) == (SMALLEST_ARCHIVED - 1, SMALLEST_ARCHIVED)


def test_rows_that_a_tag_holds_stay_in_the_bill() -> None:
    old = live("2013-01", size=5000)

    plan = plan_retention(state(old, named=frozenset({old.location})), RetentionPolicy(expire_after_months=1), NOW)

    assert plan.expired == ("2013-01",)
    assert plan.after == Footprint(data=5000, held_by_tags=5000)
