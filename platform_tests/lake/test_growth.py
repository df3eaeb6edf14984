"""A table that was published thousands of times stays as quick as a new one: short lists of files, bounded history."""

from collections.abc import Callable
from datetime import timedelta

import pyarrow as pa
import pytest

from platform_assets.lake import Lake, TableSpec, growth, month_window
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.lake.version_errors import NoVersionAt, SnapshotNotFound

Rows = Callable[..., pa.Table]
JANUARY = month_window("2013-01", "happened")


def manifests(lake: Lake, table: str) -> int:
    loaded = lake.versions(table).table
    return len(loaded.current_snapshot().manifests(loaded.io))


@pytest.mark.parametrize("cut", [True, False])
def test_publishing_the_same_rows_again_and_again_leaves_few_lists_of_files(
    lake: Lake, events: TableSpec, rows: Rows, cut: bool
) -> None:
    spec = events if cut else TableSpec("shop.whole", events.columns)
    for turn in range(12):
        lake.publish_rows(spec, JANUARY if cut else WHOLE_TABLE, rows("2013-01", f"turn {turn}", 2), {})

    assert manifests(lake, spec.name) <= 2
    assert set(lake.read(spec.name)["writer"].to_pylist()) == {"turn 11"}


def test_lists_of_many_partitions_are_merged_and_every_partition_is_found(
    local_lake: Lake, events: TableSpec, rows: Rows
) -> None:
    months = [f"{year}-{month:02}" for year in range(2001, 2005) for month in range(1, 13)]
    for month in months:
        local_lake.publish_rows(events, month_window(month, "happened"), rows(month, month, 1), {})

    assert manifests(local_lake, events.name) < len(months) / 2
    for month in (months[0], months[20], months[-1]):
        window = month_window(month, "happened")
        assert local_lake.read(events.name, window)["writer"].to_pylist() == [month]
        assert len(local_lake.plan_files(events.name, window)) == 1
    assert local_lake.read(events.name).num_rows == len(months)


def test_the_oldest_versions_are_forgotten_but_not_those_with_a_tag(
    lake: Lake, events: TableSpec, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "MOST_VERSIONS", 6)
    monkeypatch.setattr(growth, "FORGOTTEN_AT_ONCE", 2)
    published = []
    for turn in range(15):
        published.append(lake.publish_rows(events, JANUARY, rows("2013-01", f"turn {turn}", 1), {}).snapshot_id)
        if turn == 1:
            lake.tag(events.name, published[-1], "kept")

    history = lake.versions(events.name).history()
    kept = [version.snapshot_id for version in history]
    assert 4 <= len(kept) <= 6
    assert kept[:-1] == published[: -len(kept) : -1]
    assert (kept[-1], history[-1].tags) == (published[1], ("kept",))
    assert lake.read(events.name, as_of="kept")["writer"].to_pylist() == ["turn 1"]
    with pytest.raises(SnapshotNotFound, match="expired"):
        lake.read(events.name, as_of=published[0])
    with pytest.raises(NoVersionAt, match="expired"):
        lake.read(events.name, as_of=history[-1].committed_at + timedelta(milliseconds=1))


def test_copies_of_metadata_are_independent_although_they_share_snapshots(
    local_lake: Lake, events: TableSpec, rows: Rows
) -> None:
    local_lake.publish_rows(events, JANUARY, rows("2013-01", "me", 1), {})
    metadata = local_lake.versions(events.name).table.metadata

    copied = metadata.model_copy(deep=True)

    assert copied == metadata
    assert copied.snapshots is not metadata.snapshots
    assert copied.snapshots[0] is metadata.snapshots[0]
    with pytest.raises(ValueError, match="frozen"):
        copied.snapshots[0].snapshot_id = 1
