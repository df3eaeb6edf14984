"""What belongs to a whole table: duplicates of keys, weights, segments, bytes, and Parquet files as a source."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.quality.profile import (
    ProfileError,
    merge_profiles,
    profile_batches,
    profile_from_rows,
    profile_parquet,
    profile_rows,
    profile_segments,
)

SALES = pa.table({"shop": ["a", "b", "a", None, "a"], "day": [1, 1, 2, 1, 1], "sum": [2.0, 3.0, 4.0, 5.0, 6.0]})


def test_duplicates_of_a_key_are_counted_exactly():
    profile = profile_batches(SALES.to_batches(), keys=["shop", "day"])
    assert (profile.key_duplicates, profile.keys.distinct, profile.keys.exact) == (1, 4, True)
    assert profile.merge(profile).key_duplicates == 6
    assert profile_batches(SALES.to_batches(), ["sum"], keys=["day"]).key_duplicates == 3
    assert profile_batches(SALES.to_batches()).key_duplicates is None


@pytest.mark.parametrize("duplicates", [0, 2_000, 50_000])
def test_duplicates_of_many_keys_are_estimated_within_four_standard_errors(duplicates):
    keys = np.concatenate([np.arange(100_000), np.arange(duplicates)])
    found = profile_batches(pa.table({"id": keys, "day": keys % 7}).to_batches(), keys=["id", "day"]).keys
    assert not found.exact
    assert abs(found.duplicates - duplicates) <= 4 * max(found.duplicates_error, np.sqrt(duplicates * 24))


def test_equal_keys_agree_whatever_holds_them():
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    one = pa.table({"a": pa.array([1], pa.int64()), "b": ["x"], "c": pa.array([moment], pa.timestamp("s", "UTC"))})
    other = pa.table(
        {
            "a": pa.array([1.0]),
            "b": pa.array(["x"]).dictionary_encode(),
            "c": pa.array([moment], pa.timestamp("us", "UTC")),
        }
    )
    profiles = [profile_batches(table.to_batches(), keys=["a", "b", "c"]) for table in (one, other)]
    assert merge_profiles(profiles).key_duplicates == 1


def test_large_numbers_are_different_keys():
    table = pa.table({"id": [2**60, 2**60 + 1, 2**60]})
    assert profile_batches(table.to_batches(), keys=["id"]).key_duplicates == 1


def test_keys_survive_bytes_and_rows():
    profile = profile_batches(SALES.to_batches(), keys=["day"])
    rows = profile_rows(profile)
    assert [row["key_duplicates"] for row in rows] == [3, None, None]
    assert profile_from_rows(rows, profile.rows) == profile


def test_keys_that_cannot_be_are_refused():
    with pytest.raises(ProfileError, match="'x' is list"):
        profile_batches(pa.table({"x": [[1]]}).to_batches(), keys=["x"])
    with pytest.raises(ProfileError, match="column 'y'"):
        profile_batches(SALES.to_batches(), keys=["y"])
    day, shop = (profile_batches(SALES.to_batches(), keys=[key]) for key in ("day", "shop"))
    with pytest.raises(ProfileError, match=r"\(day\) and \(shop\)"):
        day.merge(shop)
    assert day.merge(profile_batches(SALES.to_batches())).key_duplicates is None


def test_bytes_do_not_depend_on_what_holds_the_values():
    table = pa.table({"n": [1, None, 3], "t": ["é", "ab", None], "b": [True, False, None]})
    other = pa.table({"n": pa.array([1, None, 3], pa.int8()), "t": table["t"].dictionary_encode(), "b": table["b"]})
    assert profile_batches(table.to_batches()).value_bytes == 16 + 4 + 2
    assert profile_batches(other.to_batches(max_chunksize=1)).value_bytes == 22


def test_huge_weights_stay_exact():
    table = pa.table({"x": [0.1, 1e300, -3.0], "t": ["a", "b", "b"], "w": [10**12, 3, 0]})
    profile = profile_batches(table.to_batches(), weights="w")
    assert (profile.rows, profile.columns["x"].min, profile.columns["t"].frequent()) == (
        10**12 + 3,
        0.1,
        [("a", 10**12), ("b", 3)],
    )
    assert profile.columns["x"].mean == 3e300 / (10**12 + 3)
    assert "w" not in profile.columns


@pytest.mark.parametrize(
    ("weights", "message"),
    [([0.5], "only whole numbers"), ([-1], "negative"), ([None], "only whole"), ([2**53], "larger units")],
)
def test_weights_that_cannot_be_summed_exactly_are_refused(weights, message):
    with pytest.raises(ProfileError, match=message):
        profile_batches(pa.table({"x": [1.0], "w": weights}).to_batches(), weights="w")


def test_segments_have_a_profile_each_and_the_rest_one_together():
    segments = profile_segments(SALES.to_batches(), "shop", values=["a"])
    assert {name: profile.rows for name, profile in segments.items()} == {"(rest)": 2, "a": 3}
    assert segments["a"].columns["sum"].mean == 4.0
    assert set(profile_segments(SALES.to_batches(), "shop")) == {"(null)", "a", "b"}
    weighted = profile_segments(SALES.to_batches(), "shop", ["sum"], weights="day")
    assert weighted["a"].rows == 4
    with pytest.raises(ProfileError, match="segment by 'y'"):
        profile_segments(SALES.to_batches(), "y")
    with pytest.raises(ProfileError, match="is list"):
        profile_segments(pa.table({"x": [[1]]}).to_batches(), "x")


def test_segments_are_bounded():
    table = pa.table({"user": [f"u{i % 3_000}" for i in range(30_000)], "x": np.arange(30_000.0)})
    segments = profile_segments(table.to_batches(), "user", ["x"], at_most=5)
    assert len(segments) == 6
    assert sum(profile.rows for profile in segments.values()) == 30_000


def test_parquet_files_give_the_same_bytes(tmp_path):
    rng = np.random.default_rng(4)
    table = pa.table(
        {
            "city": rng.choice(["Rome", "Oslo", None], 20_000),
            "id": [f"id-{i}" for i in range(20_000)],
            "n": rng.normal(size=20_000),
            "w": rng.integers(0, 3, 20_000),
        }
    )
    for number, start in enumerate((0, 9_000)):
        pq.write_table(table.slice(start, 9_000 + 2_000 * number), tmp_path / f"{number}.parquet", row_group_size=4_000)
    files = [str(tmp_path / f"{number}.parquet") for number in (1, 0)]
    assert profile_parquet(files, keys=["id"]) == profile_batches(table.to_batches(), keys=["id"])
    only = profile_parquet(files, columns=["n"], keys=["city"], weights="w")
    assert only == profile_batches(table.to_batches(), ["n"], keys=["city"], weights="w")
