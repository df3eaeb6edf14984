"""Profiles that users stored before are read, and merge with new ones to something defined."""

import gzip
from itertools import permutations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.profile import ProfileError, TableProfile, merge_profiles, profile_batches

OLD = gzip.decompress(Path(__file__).with_name("profile_version_1.gz").read_bytes())
ROWS = 6_000


def same_rows() -> pa.Table:
    """The rows of which the stored bytes are the profile in version 1."""
    rng = np.random.default_rng(5)
    return pa.table(
        {
            "wide": rng.lognormal(sigma=6, size=ROWS),
            "few": rng.integers(0, 9, ROWS),
            "name": [f"n{i % 40}" for i in range(ROWS)],
            "id": [f"id-{i}" for i in range(ROWS)],
            "at": pa.array(np.arange(ROWS) * 3_600_000_000, pa.timestamp("us", "UTC")),
            "nothing": pa.nulls(ROWS),
        }
    )


def test_an_old_profile_says_what_it_said():
    old, new = TableProfile.from_bytes(OLD), profile_batches(same_rows().to_batches())
    assert OLD.startswith(b"PROFILE-T1")
    assert (old.rows, list(old.columns)) == (ROWS, sorted(same_rows().column_names))
    for name, column in old.columns.items():
        other = new.columns[name]
        assert (column.count, column.nulls, column.min, column.max) == (other.count, other.nulls, other.min, other.max)
        assert (column.mean, column.std, column.distinct) == (other.mean, other.std, other.distinct)
        assert column.frequent() == other.frequent()
    assert old.columns["few"].quantile(0.3) == new.columns["few"].quantile(0.3)
    low, high = old.columns["wide"].quantile_bounds(0.3)
    assert low <= np.quantile(same_rows()["wide"], 0.3, method="inverted_cdf") <= high


def test_what_was_not_measured_then_is_absent():
    old = TableProfile.from_bytes(OLD)
    assert old.keys is None
    assert old.value_bytes is None
    assert {(c.lengths, c.patterns, c.text_bytes) for c in old.columns.values()} == {(None, None, None)}


def test_an_old_profile_is_written_in_the_new_form_unchanged():
    old = TableProfile.from_bytes(OLD)
    again = TableProfile.from_bytes(old.to_bytes())
    assert again.to_bytes() == old.to_bytes()
    assert (again.columns["wide"].ordered.counts == old.columns["wide"].ordered.counts).all()
    assert again.columns["wide"].cdf([1.0]) == old.columns["wide"].cdf([1.0])


def test_old_and_new_merge_to_the_same_in_any_order():
    table = same_rows()
    parts = [TableProfile.from_bytes(OLD)] + [
        profile_batches(table.slice(start, 3_000).to_batches()) for start in (0, 3_000)
    ]
    results = {merge_profiles(order).to_bytes() for order in permutations(parts)}
    results |= {a.merge(b).merge(c).to_bytes() for a, b, c in permutations(parts)}
    assert len(results) == 1
    merged = TableProfile.from_bytes(results.pop())
    twice = profile_batches([*table.to_batches(), *table.to_batches()])
    assert merged.rows == 2 * ROWS
    assert merged.columns["wide"].mean == twice.columns["wide"].mean
    assert merged.columns["id"].text.range_counts.tolist() == twice.columns["id"].text.range_counts.tolist()
    assert merged.columns["name"].lengths is None
    true = np.sort(table["wide"].to_numpy())
    error = np.abs(merged.columns["wide"].cdf(true) - np.arange(1, ROWS + 1) / ROWS).max()
    assert error <= merged.columns["wide"].ordered.largest_bin_share


def test_a_newer_version_is_refused():
    with pytest.raises(ProfileError, match="version 1 or 2"):
        TableProfile.from_bytes(OLD.replace(b"PROFILE-T1", b"PROFILE-T7"))
