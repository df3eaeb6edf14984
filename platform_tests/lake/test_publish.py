"""A publish replaces exactly its partition, whatever came before, and older snapshots stay readable."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.lake import ColumnSpec, Lake, TableSpec, month_window
from platform_assets.lake.partitions import WHOLE_TABLE, Values, scope_of

Rows = Callable[..., pa.Table]
JANUARY, FEBRUARY = (month_window(month, "happened") for month in ("2013-01", "2013-02"))


def by(table: pa.Table) -> list[tuple[str, int]]:
    return sorted(zip(table["writer"].to_pylist(), table["number"].to_pylist(), strict=True))


def test_publishing_a_partition_again_replaces_its_rows_and_no_others(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "first", 3), {})
    lake.publish_rows(events, FEBRUARY, rows("2013-02", "other", 2), {})

    published = lake.publish_rows(events, JANUARY, rows("2013-01", "second", 4), {})

    assert by(lake.read(events.name, JANUARY)) == [("second", number) for number in range(4)]
    assert by(lake.read(events.name, FEBRUARY)) == [("other", 0), ("other", 1)]
    assert lake.read(events.name).num_rows == 6
    assert (published.table, published.rows, published.files) == (events.name, 4, 1)
    assert published.snapshot_id == lake.snapshot_id(events.name)


def test_a_publish_is_one_snapshot_so_that_no_moment_of_the_history_lacks_the_partition(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    made = [lake.publish_rows(events, JANUARY, rows("2013-01", "me", count), {}).snapshot_id for count in (1, 2, 3)]

    log = lake.iceberg(events.name).history()

    assert [entry.snapshot_id for entry in log] == made
    assert [lake.read(events.name, snapshot_id=snapshot).num_rows for snapshot in made] == [1, 2, 3]


def test_publishing_the_same_rows_twice_does_not_duplicate_them(lake: Lake, events: TableSpec, rows: Rows) -> None:
    same = rows("2013-01", "same", 3)

    lake.publish_rows(events, JANUARY, same, {})
    lake.publish_rows(events, JANUARY, same, {})

    assert lake.read(events.name).sort_by("happened").equals(same.sort_by("happened"))


def test_publishing_the_same_staged_file_twice_does_not_duplicate_it(lake: Lake, events: TableSpec, rows: Rows) -> None:
    staged = lake.stage_rows(events, rows("2013-01", "same", 3))

    lake.publish(events, JANUARY, [staged], {})
    lake.publish(events, JANUARY, [staged], {})

    assert lake.read(events.name).num_rows == 3


def test_an_unpartitioned_table_is_replaced_as_a_whole(lake: Lake, events: TableSpec, rows: Rows) -> None:
    whole = TableSpec("shop.whole", events.columns)
    lake.publish_rows(whole, WHOLE_TABLE, rows("2013-01", "first", 3), {})

    lake.publish_rows(whole, WHOLE_TABLE, rows("2013-05", "second", 2), {})

    assert by(lake.read(whole.name)) == [("second", 0), ("second", 1)]


def test_rows_under_equal_values_are_replaced_apart_from_others(lake: Lake, events: TableSpec, rows: Rows) -> None:
    by_writer = TableSpec("shop.by_writer", events.columns, (("writer", "identity"),))
    for writer, count in (("a", 2), ("b", 3), ("a", 1)):
        lake.publish_rows(by_writer, scope_of(by_writer, writer), rows("2013-01", writer, count), {})

    assert by(lake.read(by_writer.name)) == [("a", 0), ("b", 0), ("b", 1), ("b", 2)]
    assert by(lake.read(by_writer.name, Values((("writer", "b"),)))) == [("b", 0), ("b", 1), ("b", 2)]


def test_publishing_no_files_empties_the_partition_only(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "gone", 3), {})
    lake.publish_rows(events, FEBRUARY, rows("2013-02", "kept", 2), {})

    lake.publish(events, JANUARY, [], {})

    assert by(lake.read(events.name)) == [("kept", 0), ("kept", 1)]


def test_staged_rows_are_invisible_until_they_are_published(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "before", 1), {})

    staged = lake.stage_rows(events, rows("2013-01", "after", 2))

    assert by(lake.read(events.name)) == [("before", 0)]
    assert lake.store.read_parquet(staged).num_rows == 2


def test_a_failed_publish_leaves_the_table_as_it_was(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "before", 2), {})
    before = lake.snapshot_id(events.name)
    other_columns = f"{lake.new_staging(events.name)}/other.parquet"
    lake.store.write_parquet(other_columns, pa.table({"strange": [1]}))

    with pytest.raises(Exception, match="strange"):
        lake.publish(events, JANUARY, [other_columns], {})

    assert lake.snapshot_id(events.name) == before
    assert by(lake.read(events.name)) == [("before", 0), ("before", 1)]


def test_every_column_type_survives_a_round_trip(lake: Lake) -> None:
    values = {
        "int": pa.array([1, None], pa.int32()),
        "long": pa.array([2**40, None], pa.int64()),
        "double": pa.array([0.1, None], pa.float64()),
        "string": pa.array(["ä", None], pa.string()),
        "boolean": pa.array([True, None], pa.bool_()),
        "date": pa.array([15000, None], pa.date32()),
        "timestamp": pa.array([1_500_000_000_123_456, None], pa.timestamp("us", tz="UTC")),
        "binary": pa.array([b"\x00\xff", None], pa.binary()),
    }
    spec = TableSpec("shop.types", tuple(ColumnSpec(name, name) for name in values))  # type: ignore[arg-type]

    lake.publish_rows(spec, WHOLE_TABLE, pa.table(values), {})

    assert lake.read(spec.name).to_pylist() == pa.table(values).to_pylist()


months = st.sampled_from(["2012-12", "2013-01", "2013-02", "2013-12"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(publishes=st.lists(st.tuples(months, st.integers(1, 4)), min_size=1, max_size=7))
def test_any_sequence_of_publishes_leaves_each_month_exactly_its_last_rows(
    new_lake: Callable[[], Lake], events: TableSpec, rows: Rows, publishes: list[tuple[str, int]]
) -> None:
    lake = new_lake()
    expected: dict[str, list[tuple[str, int]]] = {}
    snapshots: list[tuple[int, int]] = []
    for turn, (month, count) in enumerate(publishes):
        published = lake.publish_rows(events, month_window(month, "happened"), rows(month, f"turn {turn}", count), {})
        expected[month] = [(f"turn {turn}", number) for number in range(count)]
        snapshots.append((published.snapshot_id, sum(map(len, expected.values()))))

    assert by(lake.read(events.name)) == sorted(row for written in expected.values() for row in written)
    for month, written in expected.items():
        assert by(lake.read(events.name, month_window(month, "happened"))) == written
    for snapshot, visible in snapshots:
        assert lake.read(events.name, snapshot_id=snapshot).num_rows == visible
