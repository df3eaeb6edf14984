"""Windows of many partitions: answered from blocks that were merged ahead, with the bytes of the plain merge."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.lake import Lake
from platform_assets.lake.partitions import Values
from platform_assets.pipeline.retention import run_retention
from platform_assets.quality.profile import ProfileError, TableProfile, merge_profiles, profile_batches
from platform_assets.quality.profile_blocks import BLOCKS, SIZES
from platform_assets.quality.profile_packing import Packed, pack_profiles
from platform_assets.quality.profile_table import (
    PROFILES,
    StoredProfiles,
    profile,
    profile_table_rows,
    read_profiles,
)

TABLE = "shop.sales"
BLOCK = SIZES[0]
PARTITIONS = 2 * BLOCK + 11
Profiles = dict[str, TableProfile]


def name_of(number: int) -> str:
    return f"day-{number:04}"


def some_day(number: int) -> TableProfile:
    """Rows that differ from day to day: a number, a text, and a column that only every third day has."""
    columns: dict[str, list[object]] = {
        "price": [number / 7, None, -float(number)],
        "kind": ["tea", f"k{number}", None],
    }
    if number % 3 == 0:
        columns["tip"] = [1, 2, number]
    return profile_batches(pa.table(columns).to_batches())


def store(lake: Lake, profiles: Mapping[str, TableProfile], table: str = TABLE, scope: Values | None = None) -> None:
    """A file for each partition, as publishing them one by one leaves them."""
    rows = [profile_table_rows(found, table, name, 1, "a run") for name, found in profiles.items()]
    staged = [lake.stage_rows(PROFILES, each) for each in rows]
    lake.publish(PROFILES, scope or Values((("table", table),)), staged, {})


def replace(lake: Lake, name: str, found: TableProfile) -> None:
    store(lake, {name: found}, scope=Values((("table", TABLE), ("partition", name))))


@pytest.fixture(scope="module")
def days() -> Profiles:
    return {name_of(number): some_day(number) for number in range(PARTITIONS)}


@pytest.fixture
def make_lake(tmp_path_factory: pytest.TempPathFactory, days: Profiles) -> Callable[[], Lake]:
    def make() -> Lake:
        lake = Lake(tmp_path_factory.mktemp("lake"))
        store(lake, days)
        assert pack_profiles(lake, {}) == Packed(made=2)
        return lake

    return make


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory, days: Profiles) -> Lake:
    """Two blocks and eleven partitions behind them; tests that use it change nothing."""
    lake = Lake(tmp_path_factory.mktemp("packed"))
    store(lake, days)
    pack_profiles(lake, {})
    return lake


@settings(max_examples=25, deadline=None)
@given(st.tuples(st.integers(0, PARTITIONS - 1), st.integers(0, PARTITIONS - 1)).map(sorted))
def test_any_range_has_the_bytes_of_the_plain_merge(packed: Lake, days: Profiles, ends: list[int]) -> None:
    first, last = ends

    found = profile(packed, TABLE, (name_of(first), name_of(last)))

    plain = merge_profiles(days[name_of(number)] for number in range(first, last + 1))
    assert found is not None
    assert found.to_bytes() == plain.to_bytes()


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, PARTITIONS - 1), min_size=1, max_size=PARTITIONS))
def test_any_choice_of_partitions_has_the_bytes_of_the_plain_merge(
    packed: Lake, days: Profiles, numbers: set[int]
) -> None:
    names = [name_of(number) for number in numbers]

    found = profile(packed, TABLE, [*names, "day-9999"])

    assert found is not None
    assert found.to_bytes() == merge_profiles(days[name] for name in names).to_bytes()


def test_blocks_answer_without_the_files_of_the_partitions(make_lake: Callable[[], Lake], days: Profiles) -> None:
    lake = make_lake()
    for location in lake.plan_files(PROFILES.name):
        Path(location).unlink()

    found = profile(lake, TABLE, (name_of(3), name_of(2 * BLOCK - 1)))

    assert found is not None
    assert found.rows == 3 * (2 * BLOCK - 3)
    assert len(read_profiles(lake, TABLE, (name_of(0), name_of(2 * BLOCK - 1)))) == 2 * BLOCK


def test_reading_all_gives_every_partition_in_order(packed: Lake, days: Profiles) -> None:
    found = read_profiles(packed, TABLE)

    assert list(found) == StoredProfiles(packed, TABLE).partitions == sorted(days)
    assert {name: each.to_bytes() for name, each in found.items()} == {n: d.to_bytes() for n, d in days.items()}


def test_chosen_columns_leave_the_number_of_rows_as_it_is(packed: Lake) -> None:
    window = (name_of(0), name_of(BLOCK + 3))

    whole, tips = profile(packed, TABLE, window), profile(packed, TABLE, window, columns=["tip"])
    one = read_profiles(packed, TABLE, [name_of(1)], ["tip"])

    assert whole is not None
    assert tips is not None
    assert (tips.rows, list(tips.columns)) == (whole.rows, ["tip"])
    assert TableProfile(0, tips.columns) == TableProfile(0, {"tip": whole.columns["tip"]})
    assert (one[name_of(1)].rows, one[name_of(1)].columns) == (3, {})


def test_a_replaced_profile_is_never_answered_from_a_block(make_lake: Callable[[], Lake], days: Profiles) -> None:
    lake, name, corrected = make_lake(), name_of(10), some_day(999)
    replace(lake, name, corrected)

    found = profile(lake, TABLE)

    expected = merge_profiles([*(day for other, day in days.items() if other != name), corrected])
    assert found is not None
    assert found.to_bytes() == expected.to_bytes()
    assert read_profiles(lake, TABLE)[name].to_bytes() == corrected.to_bytes()
    assert pack_profiles(lake, {}) == Packed(made=1)
    assert (profile(lake, TABLE) or pytest.fail("no profile")).to_bytes() == expected.to_bytes()
    assert pack_profiles(lake, {}) == Packed()


def test_an_earlier_partition_moves_the_blocks(make_lake: Callable[[], Lake], days: Profiles) -> None:
    lake, early = make_lake(), some_day(77)
    replace(lake, "day-", early)
    expected = merge_profiles([*days.values(), early]).to_bytes()

    assert (profile(lake, TABLE) or pytest.fail("no profile")).to_bytes() == expected
    assert pack_profiles(lake, {}) == Packed(made=2, removed=2)
    assert (profile(lake, TABLE) or pytest.fail("no profile")).to_bytes() == expected
    assert set(lake.read(BLOCKS.name, columns=["block"])["block"].to_pylist()) == {"day-", name_of(BLOCK - 1)}


def test_a_block_goes_when_its_partitions_have_no_profile_any_more(
    make_lake: Callable[[], Lake], days: Profiles
) -> None:
    lake = make_lake()
    store(lake, {name_of(number): days[name_of(number)] for number in range(BLOCK)})

    found = profile(lake, TABLE)
    packed = pack_profiles(lake, {})

    assert (found or pytest.fail("no profile")).rows == 3 * BLOCK
    assert packed == Packed(made=1, removed=1)
    assert set(lake.read(BLOCKS.name, columns=["block"])["block"].to_pylist()) == {name_of(0)}


def test_retention_packs_profiles(tmp_path: Path, days: Profiles) -> None:
    lake = Lake(tmp_path)
    store(lake, {name_of(number): days[name_of(number)] for number in range(BLOCK)})

    for table in (PROFILES.name, BLOCKS.name):
        run_retention(lake, {}, datetime.now(UTC), "a run", [table])

    assert lake.provenance(BLOCKS.name)["run-id"] == "a run"
    assert pack_profiles(lake, {}) == Packed()


def test_few_partitions_get_no_blocks(tmp_path: Path, days: Profiles) -> None:
    lake = Lake(tmp_path)
    store(lake, {name_of(number): days[name_of(number)] for number in range(BLOCK - 1)})

    assert pack_profiles(lake, {}) == Packed()
    assert not lake.exists(BLOCKS.name)


def test_partitions_that_do_not_merge_get_no_block_and_say_so_when_asked(tmp_path: Path, days: Profiles) -> None:
    lake = Lake(tmp_path)
    as_text = profile_batches(pa.table({"price": ["1.50"]}).to_batches())
    store(lake, {**{name_of(number): days[name_of(number)] for number in range(BLOCK)}, name_of(20): as_text})

    assert pack_profiles(lake, {}) == Packed()
    with pytest.raises(ProfileError, match="'price' is numeric and text"):
        profile(lake, TABLE)
    assert (profile(lake, TABLE, (name_of(0), name_of(19))) or pytest.fail("no profile")).rows == 60
