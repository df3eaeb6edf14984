"""Profiles kept as rows of the lake: what was written comes back, and any partitions merge without reading data."""

from pathlib import Path

import pyarrow as pa
import pytest

from platform_assets.lake import Lake
from platform_assets.lake.partitions import Values
from platform_assets.quality.profile import TableProfile, profile_batches
from platform_assets.quality.profile_table import PROFILES, StoredProfiles, profile_table_rows, read_profile

JANUARY = pa.table({"price": [1.0, 2.0, None], "kind": ["tea", "bun", "tea"]})
FEBRUARY = pa.table({"price": [3.0, 4.0], "kind": ["tea", None]})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def keep(lake: Lake, rows: pa.Table, partition: str | None, table: str = "shop.sales") -> TableProfile:
    profile = profile_batches(rows.to_batches())
    scope = Values((("table", table), ("partition", partition or "all")))
    lake.publish_rows(PROFILES, scope, profile_table_rows(profile, table, partition, 7, "a run"), {})
    return profile


def test_a_profile_comes_back_as_it_was(lake: Lake) -> None:
    january, whole = keep(lake, JANUARY, "2013-01"), keep(lake, FEBRUARY, None, "shop.planes")

    found = read_profile(lake, "shop.sales", ["2013-01"])
    everything = read_profile(lake, "shop.planes", [None])

    assert found is not None
    assert found.to_bytes() == january.to_bytes()
    assert everything is not None
    assert everything.to_bytes() == whole.to_bytes()


def test_profiles_of_several_partitions_merge_to_the_profile_of_all_their_rows(lake: Lake) -> None:
    keep(lake, JANUARY, "2013-01")
    keep(lake, FEBRUARY, "2013-02")
    keep(lake, FEBRUARY, "2013-02", "shop.other")

    merged = read_profile(lake, "shop.sales", ["2013-01", "2013-02", "2013-03"])

    together = profile_batches(pa.concat_tables([JANUARY, FEBRUARY]).to_batches())
    assert merged is not None
    assert merged.rows == 5
    assert (merged.columns["price"].mean, merged.columns["price"].nulls) == (2.5, 1)
    assert merged.to_bytes() == together.to_bytes()


def test_windows_that_overlap_give_what_each_gives_alone(lake: Lake) -> None:
    january, february = keep(lake, JANUARY, "2013-01"), keep(lake, FEBRUARY, "2013-02")
    stored = StoredProfiles(lake, "shop.sales")

    once = stored.merged(["2013-01"])
    both = stored.merged(["2013-01", "2013-02"])
    some = stored.merged(["2013-01", "2013-02"], ["kind"])

    assert once is not None
    assert both is not None
    assert some is not None
    assert once.to_bytes() == january.to_bytes()
    assert both.to_bytes() == profile_batches(pa.concat_tables([JANUARY, FEBRUARY]).to_batches()).to_bytes()
    assert list(some.columns) == ["kind"]
    found = stored.single()
    assert {name: each.to_bytes() for name, each in found.items()} == {
        "2013-01": january.to_bytes(),
        "2013-02": february.to_bytes(),
    }


def test_profiling_a_partition_again_replaces_its_profile_only(lake: Lake) -> None:
    keep(lake, JANUARY, "2013-01")
    keep(lake, FEBRUARY, "2013-02")

    corrected = keep(lake, pa.table({"price": [9.0], "kind": ["bun"]}), "2013-01")

    found = read_profile(lake, "shop.sales", ["2013-01"])
    assert found is not None
    assert found.to_bytes() == corrected.to_bytes()
    assert lake.read(PROFILES.name).num_rows == 4
    untouched = read_profile(lake, "shop.sales", ["2013-02"])
    assert untouched is not None
    assert untouched.rows == 2


def test_what_was_never_profiled_has_no_profile(lake: Lake) -> None:
    assert read_profile(lake, "shop.sales", ["2013-01"]) is None
    keep(lake, JANUARY, "2013-01")

    assert read_profile(lake, "shop.sales", ["2013-02"]) is None
    assert read_profile(lake, "shop.nothing", ["2013-01"]) is None


def test_the_statistics_can_be_queried_as_plain_columns(lake: Lake) -> None:
    keep(lake, JANUARY, "2013-01")

    rows = {row["column"]: row for row in lake.read(PROFILES.name).to_pylist()}

    price = rows["price"]
    assert (price["table"], price["partition"], price["snapshot_id"], price["run_id"], price["table_rows"]) == (
        "shop.sales",
        "2013-01",
        7,
        "a run",
        3,
    )
    assert sorted(rows) == ["kind", "price"]
