"""Counts of many chunks wait, are condensed, and become one profile: the same as if each chunk had made its own."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.quality.profile import ProfileError, merge_profiles, profile_batches
from platform_assets.quality.profile.moments import moments_of_floats, moments_of_ints
from platform_assets.quality.profile.scan import CHUNK_ROWS

RNG = np.random.default_rng(3)
UNIT = Fraction(2) ** 1126


def chunk() -> pa.RecordBatch:
    codes = RNG.integers(0, 3_000, CHUNK_ROWS)
    absent = RNG.random(CHUNK_ROWS) < 0.1
    return pa.record_batch(
        {
            "constant": pa.array(np.full(CHUNK_ROWS, 7, np.int32)),
            "fraction": pa.array(codes / 7, mask=absent),
            "name": pa.array([f"name {code}" for code in codes.tolist()], mask=absent),
            "time": pa.array(codes * 3_600_000_000, pa.timestamp("us"), mask=absent),
            "unique": RNG.normal(size=CHUNK_ROWS),
        }
    )


def test_counts_collected_over_chunks_give_the_bytes_of_merged_profiles_of_each():
    chunks = [chunk() for _ in range(6)]
    assert profile_batches(chunks) == merge_profiles([profile_batches([one]) for one in chunks])


def test_a_column_that_changes_its_kind_between_chunks_is_refused_and_one_without_values_is_not():
    numbers, texts, nothing = (
        pa.record_batch({"x": pa.array(values, kind)})
        for values, kind in (
            ([1] * CHUNK_ROWS, pa.int64()),
            (["a"] * CHUNK_ROWS, pa.string()),
            ([None] * CHUNK_ROWS, pa.null()),
        )
    )
    found = profile_batches([nothing, numbers, nothing]).columns["x"]
    assert (found.kind, found.count, found.nulls) == ("numeric", 3 * CHUNK_ROWS, 2 * CHUNK_ROWS)
    with pytest.raises(ProfileError, match="column 'x' is numeric and text"):
        profile_batches([numbers, texts])


COUNTS = st.one_of(st.integers(1, 9), st.integers((1 << 17) - 2, (1 << 17) + 2), st.integers(1 << 18, 1 << 50))


@given(st.dictionaries(st.floats(-1e9, 1e9), COUNTS, min_size=1, max_size=40))
def test_moments_are_exact_for_any_number_of_rows(counts):
    values = sorted({value + 0.0 for value in counts})
    rows = [counts[value] for value in values]
    found = moments_of_floats(np.array(values), np.array(rows, np.int64))
    assert found.n == sum(rows)
    assert Fraction(found.total) / UNIT == sum(Fraction(v) * n for v, n in zip(values, rows, strict=True))
    assert Fraction(found.squares) / UNIT**2 == sum(Fraction(v) ** 2 * n for v, n in zip(values, rows, strict=True))


@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), COUNTS, min_size=1, max_size=40))
def test_moments_of_times_are_exact_for_any_number_of_rows(counts):
    values = sorted(counts)
    found = moments_of_ints(np.array(values), np.array([counts[value] for value in values], np.int64))
    assert Fraction(found.total) / UNIT == sum(value * n for value, n in counts.items())
    assert Fraction(found.squares) / UNIT**2 == sum(value * value * n for value, n in counts.items())
