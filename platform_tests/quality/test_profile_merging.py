"""Exact merging beyond every bound: with the bounds made small, hypothesis reaches them in a handful of rows."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.quality.profile import (
    TableProfile,
    merge_profiles,
    merge_segments,
    ordered,
    patterns,
    profile_batches,
    profile_segments,
    regions,
    row_keys,
    text,
)

SCHEMA = pa.schema(
    [
        ("number", pa.float64()),
        ("whole", pa.int64()),
        ("name", pa.string()),
        ("at", pa.timestamp("us", "UTC")),
        ("weight", pa.int64()),
    ]
)
TIGHT = st.integers(0, 400).map(lambda step: 1e9 + step / 64)
JUNK = st.integers(-300, 300).map(lambda power: -(10.0**power) if power % 2 else 10.0**power)
ROWS = st.lists(
    st.tuples(
        st.none() | TIGHT | JUNK | st.floats(),
        st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(0, 30),
        st.none() | st.text("ab1-é ", max_size=12) | st.text(max_size=110),
        st.none() | st.integers(-(2**62), 2**62),
        st.integers(0, 5),
    ),
    max_size=60,
)


@pytest.fixture
def small_bounds(monkeypatch):
    for module, name, value in (
        (regions, "MAX_BINS", 12),
        (regions, "MIN_REGION_BINS", 2),
        (ordered, "MAX_BINS", 12),
        (ordered, "MAX_HASHES", 4),
        (text, "MAX_VALUES", 8),
        (text, "MAX_SAMPLE", 4),
        (patterns, "MAX_PATTERNS", 6),
        (patterns, "WIDTHS", (8, 4, 2, 1, 0)),
        (row_keys, "MAX_KEYS", 5),
    ):
        monkeypatch.setattr(module, name, value)


def batches_of(rows, size=None):
    table = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)
    return table.to_batches(max_chunksize=size) or [pa.RecordBatch.from_pylist([], schema=SCHEMA)]


def profile(rows, size=None, **options):
    return profile_batches(batches_of(rows, size), keys=["whole", "name"], **options)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, data=st.data())
def test_parts_merged_in_any_order_equal_the_whole(small_bounds, rows, data):
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    parts = [profile(shuffled[a:b], data.draw(st.integers(1, 60))) for a, b in pairwise([0, *cuts, len(rows)])]
    merged = parts[0]
    for part in parts[1:]:
        merged = TableProfile.from_bytes(part.to_bytes()).merge(TableProfile.from_bytes(merged.to_bytes()))
    expected = profile(rows).to_bytes()
    assert merged.to_bytes() == expected
    assert merge_profiles(parts).to_bytes() == expected


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS.filter(bool))
def test_weights_repeat_rows(small_bounds, rows):
    repeated = [row for row in rows for _ in range(row[-1])]
    weighted = profile(rows, weights="weight")
    plain = profile(repeated, columns=[name for name in SCHEMA.names if name != "weight"])
    assert weighted.to_bytes() == plain.to_bytes()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS.filter(bool), data=st.data())
def test_segments_of_parts_merge_to_those_of_the_whole(small_bounds, rows, data):
    by = data.draw(st.sampled_from(SCHEMA.names))
    at_most = data.draw(st.integers(1, 5))
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    whole = profile_segments(batches_of(rows), by, at_most=at_most)
    parts = [
        profile_segments(batches_of(part, 7), by, at_most=at_most) for part in (shuffled[:cut], shuffled[cut:]) if part
    ]
    assert merge_segments(parts, at_most=at_most) == whole
    assert len(whole) <= at_most + 1
    assert merge_profiles(whole.values()) == profile_batches(batches_of(rows))


def test_real_bounds_hold_with_junk_over_all_magnitudes():
    rng = np.random.default_rng(2)
    bulk = 1e9 + rng.uniform(-1, 1, 60_000)
    junk = rng.integers(0, 2**64, 40_000, dtype=np.uint64).view(np.float64)
    values = rng.permutation(np.concatenate([bulk, junk]))
    whole = profile_batches(pa.table({"x": values}).to_batches())
    shuffled = rng.permutation(values)
    parts = [
        profile_batches(pa.table({"x": piece}).to_batches()) for piece in np.array_split(shuffled, [3, 900, 20_000])
    ]
    merged = parts[2]
    for part in (parts[0], parts[3], parts[1]):
        merged = merged.merge(TableProfile.from_bytes(part.to_bytes()))
    assert merged.to_bytes() == whole.to_bytes()
    assert len(whole.columns["x"].ordered.bins) <= regions.REGIONS * regions.MIN_REGION_BINS
