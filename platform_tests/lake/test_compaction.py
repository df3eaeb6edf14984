"""Merging small files changes how rows are stored, never which rows are read."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from platform_assets.lake import ColumnSpec, Lake, TableSpec, compaction, month_window
from platform_assets.lake.compaction import MergedFileDiffers, merge_files
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.table_state import read_state
from platform_assets.lake.upkeep import apply_retention

Rows = Callable[..., pa.Table]
JANUARY, FEBRUARY = (month_window(month, "happened") for month in ("2013-01", "2013-02"))
POLICY = RetentionPolicy(small_files=2)


def publish_parts(lake: Lake, spec: TableSpec, rows: Rows, month: str, parts: int, each: int = 3) -> None:
    files = [lake.stage_rows(spec, rows(month, f"part {number}", each)) for number in range(parts)]
    lake.publish(spec, month_window(month, "happened"), files, {})


def test_small_files_of_a_partition_become_one_with_the_same_rows_in_the_same_order(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    publish_parts(lake, events, rows, "2013-01", parts=5)
    publish_parts(lake, events, rows, "2013-02", parts=2)
    untouched = lake.plan_files(events.name, FEBRUARY)
    before = pa.concat_tables([_file(lake, location) for location in sorted(lake.plan_files(events.name, JANUARY))])
    snapshot = lake.snapshot_id(events.name)

    done = apply_retention(lake, events.name, POLICY, datetime.now(UTC), {"run-id": "night"})

    assert done.merged == 5
    [merged] = lake.plan_files(events.name, JANUARY)
    assert _file(lake, merged).equals(before)
    assert lake.plan_files(events.name, FEBRUARY) == untouched
    recorded = lake.provenance(events.name)
    assert (recorded["run-id"], recorded["retention"]) == ("night", "merged 5 files")
    assert lake.read(events.name, snapshot_id=snapshot).num_rows == 21


def _file(lake: Lake, location: str) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(lake.store.path(location), filesystem=lake.store.filesystem)


def test_missing_numbers_and_missing_values_stay_what_they_are(lake: Lake) -> None:
    spec = TableSpec("shop.numbers", (ColumnSpec("x", "double"), ColumnSpec("word", "string")))
    parts = [pa.table({"x": [math.nan, None, -0.0, 0.5], "word": [None, "", "ä", str(n)]}) for n in range(3)]
    lake.publish(spec, WHOLE_TABLE, [lake.stage_rows(spec, part) for part in parts], {})

    apply_retention(lake, spec.name, POLICY, datetime.now(UTC), {})

    read = lake.read(spec.name).to_pydict()
    assert len(lake.plan_files(spec.name)) == 1
    assert [repr(x) for x in read["x"]] == ["nan", "None", "-0.0", "0.5"] * 3
    assert sorted(read["word"][3::4]) == ["0", "1", "2"]


def test_a_large_partition_is_merged_piece_by_piece(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "ROWS_AT_A_TIME", 64)
    spec = TableSpec("shop.numbers", (ColumnSpec("x", "long"),))
    parts = [pa.table({"x": pa.array(range(n * 100, n * 100 + 90), pa.int64())}) for n in range(5)]
    lake.publish(spec, WHOLE_TABLE, [lake.stage_rows(spec, part) for part in parts], {})

    apply_retention(lake, spec.name, POLICY, datetime.now(UTC), {})

    assert len(lake.plan_files(spec.name)) == 1
    assert sorted(lake.read(spec.name)["x"].to_pylist()) == [n * 100 + i for n in range(5) for i in range(90)]


def test_a_merged_file_that_reads_differently_is_not_published(
    lake: Lake, events: TableSpec, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_parts(lake, events, rows, "2013-01", parts=3)
    before, files = lake.read(events.name), lake.plan_files(events.name)
    honest = compaction._write

    def damaging(lake: Lake, table: object, location: str, chunks: object) -> int:
        written = honest(lake, table, location, chunks)  # type: ignore[arg-type]
        damaged = _file(lake, location)
        changed = damaged.set_column(2, "number", pa.array([7] * damaged.num_rows, pa.int64()))
        lake.store.write_parquet(location, changed)
        return written

    monkeypatch.setattr(compaction, "_write", damaging)
    with pytest.raises(MergedFileDiffers, match=r"shop\.events.*not published.*run retention again"):
        merge_files(lake, events.name, read_state(lake, events.name).live, {})

    assert lake.plan_files(events.name) == files
    assert lake.read(events.name).equals(before)


def test_a_partition_that_is_published_meanwhile_is_left_to_its_publisher(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    publish_parts(lake, events, rows, "2013-01", parts=3)
    planned = read_state(lake, events.name).live
    lake.publish_rows(events, JANUARY, rows("2013-01", "newer", 2), {})

    assert merge_files(lake, events.name, planned, {}) is False

    assert set(lake.read(events.name)["writer"].to_pylist()) == {"newer"}


def test_a_publish_between_reading_and_committing_a_merge_wins(
    lake: Lake, events: TableSpec, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_parts(lake, events, rows, "2013-01", parts=3)
    honest = compaction.exchange_files

    def late(*arguments: object) -> bool:
        lake.publish_rows(events, JANUARY, rows("2013-01", "newer", 2), {})
        return honest(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(compaction, "exchange_files", late)

    assert merge_files(lake, events.name, read_state(lake, events.name).live, {}) is False
    assert set(lake.read(events.name)["writer"].to_pylist()) == {"newer"}


def test_files_written_before_a_column_was_added_are_merged_under_the_new_columns(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    publish_parts(lake, events, rows, "2013-01", parts=3)
    wider = TableSpec(events.name, (*events.columns, ColumnSpec("note", "string")), events.partition_by)
    noted = rows("2013-02", "noted", 2).append_column("note", pa.array(["x", "y"]))
    lake.publish_rows(wider, FEBRUARY, noted, {})

    apply_retention(lake, events.name, POLICY, datetime.now(UTC) + timedelta(days=40), {})

    assert len(lake.plan_files(events.name, JANUARY)) == 1
    assert lake.read(events.name, JANUARY)["note"].to_pylist() == [None] * 9
    assert sorted(lake.read(events.name, FEBRUARY)["note"].to_pylist()) == ["x", "y"]
