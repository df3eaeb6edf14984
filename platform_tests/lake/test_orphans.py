"""Left-over files go after the grace time; nothing that is referred to, being written or somebody else's does."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.orphans import abandoned_staging, delete_files
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.upkeep import apply_retention

Rows = Callable[..., pa.Table]
JANUARY = month_window("2013-01", "happened")


def now(days: float = 0) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def files(lake: Lake, spec: TableSpec) -> set[str]:
    return {file.location for file in lake.store.list(lake.store.location(*spec.name.split(".")))}


def test_a_staged_file_goes_after_the_grace_time_and_not_before(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "published", 3), {})
    published = files(lake, events)
    staged = lake.stage_rows(events, rows("2013-01", "left behind", 2))

    early = apply_retention(lake, events.name, RetentionPolicy(), now(0.9), {})
    assert staged in files(lake, events)
    assert early.now.unreferenced > 0

    late = apply_retention(lake, events.name, RetentionPolicy(), now(1.1), {})

    assert files(lake, events) == published
    assert (late.deleted, late.now.unreferenced) == (1, 0)
    assert not os.path.exists(os.path.dirname(staged))


def test_a_file_staged_during_retention_can_still_be_published(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "before", 3), {})
    staged = lake.stage_rows(events, rows("2013-01", "after", 2))

    apply_retention(lake, events.name, RetentionPolicy(), now(), {})
    lake.publish(events, JANUARY, [staged], {})

    assert set(lake.read(events.name)["writer"].to_pylist()) == {"after"}


def test_files_that_somebody_else_put_below_a_table_stay(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "published", 3), {})
    note = lake.store.location("shop", "events", "README.txt")
    lake.store.write_bytes(note, b"hands off")

    apply_retention(lake, events.name, RetentionPolicy(), now(400), {})

    assert lake.store.read_bytes(note) == b"hands off"


def test_staged_files_of_tables_that_were_never_published_go_too(lake: Lake, events: TableSpec, rows: Rows) -> None:
    lake.publish_rows(events, JANUARY, rows("2013-01", "published", 3), {})
    lake.stage_rows(events, rows("2013-01", "of an existing table", 1))
    never = TableSpec("shop.never", events.columns)
    abandoned = lake.stage_rows(never, rows("2013-01", "of no table", 1))
    kept = lake.store.location("quarantine", "shop.never", "all", "0" * 32, "part-0.parquet")
    lake.store.write_bytes(kept, b"refused")

    assert abandoned_staging(lake, now(-1)) == []
    found = abandoned_staging(lake, now(1))
    deleted = delete_files(lake, found)

    assert [file.location for file in found] == [abandoned]
    assert deleted == found[0].bytes > 0
    assert lake.store.exists(kept)
    assert delete_files(lake, found) == deleted


def test_an_old_file_that_is_being_published_again_is_young(
    lake: Lake, events: TableSpec, rows: Rows, tmp_path: Path
) -> None:
    """What a release from quarantine does: it copies an old file into a staging folder, as a file of today."""
    lake.publish_rows(events, JANUARY, rows("2013-01", "published", 3), {})
    old = tmp_path / "old.parquet"
    pq.write_table(rows("2013-01", "released", 2), old)
    long_ago = time.time() - 90 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    staged = f"{lake.new_staging(events.name)}/part-0.parquet"
    lake.store.copy(str(old), staged)

    apply_retention(lake, events.name, RetentionPolicy(), now(), {})

    assert lake.store.exists(staged)
