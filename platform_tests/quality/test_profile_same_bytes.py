"""The same rows give the same bytes, whatever the order, the batches, the splits and the merges."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.quality.profile import TableProfile, merge_profiles, profile_batches

SCHEMA = pa.schema(
    [
        ("number", pa.float64()),
        ("whole", pa.int64()),
        ("name", pa.string()),
        ("flag", pa.bool_()),
        ("at", pa.timestamp("us", "UTC")),
    ]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | st.floats(),
            "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
            "name": st.none() | st.text(max_size=130),
            "flag": st.none() | st.booleans(),
            "at": st.none() | st.integers(-(2**62), 2**62),
        }
    ),
    max_size=40,
)


def table_of(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def many_values(rows: int, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "normal": rng.normal(size=rows),
            "wide": rng.standard_cauchy(size=rows) * 10.0 ** rng.integers(-300, 300, rows),
            "id": [f"user-{number}" for number in rng.integers(0, 10 * rows, rows)],
            "code": [f"c{number % 700}" for number in rng.zipf(1.5, rows)],
            "at": pa.array(rng.integers(0, 2**50, rows), pa.timestamp("us")),
            "count": pa.array(rng.integers(-(2**62), 2**62, rows), mask=rng.random(rows) < 0.1),
        }
    )


@settings(max_examples=80, deadline=None)
@given(rows=ROWS, data=st.data())
def test_order_and_batches_do_not_matter(rows, data):
    size = data.draw(st.integers(1, 50))
    shuffled = data.draw(st.permutations(rows))
    expected = profile_batches(table_of(rows).to_batches() or [pa.RecordBatch.from_pylist([], schema=SCHEMA)])
    actual = profile_batches(
        table_of(shuffled).to_batches(max_chunksize=size) or [pa.RecordBatch.from_pylist([], schema=SCHEMA)]
    )
    assert actual.to_bytes() == expected.to_bytes()


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(ROWS.filter(bool), min_size=3, max_size=3))
def test_merging_is_associative_commutative_and_equal_to_the_whole(parts):
    a, b, c = (profile_batches(table_of(part).to_batches()) for part in parts)
    whole = profile_batches(table_of(parts[0] + parts[1] + parts[2]).to_batches())
    assert a.merge(b).merge(c).to_bytes() == whole.to_bytes()
    assert c.merge(b.merge(a)).to_bytes() == whole.to_bytes()
    assert merge_profiles([b, c, a]).to_bytes() == whole.to_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_beyond_every_bound_the_bytes_still_agree(seed):
    table = many_values(12_000)
    expected = profile_batches(table.to_batches()).to_bytes()
    rng = np.random.default_rng(seed)
    shuffled = table.take(rng.permutation(len(table)))
    cuts = [0, *sorted(rng.integers(0, len(table), 4).tolist()), len(table)]
    pieces = [shuffled.slice(a, b - a) for a, b in pairwise(cuts)]
    parts = [profile_batches(piece.to_batches(max_chunksize=int(rng.integers(300, 5000)))) for piece in pieces]
    assert merge_profiles(parts).to_bytes() == expected
    merged = parts[0]
    for part in parts[1:]:
        merged = TableProfile.from_bytes(part.to_bytes()).merge(TableProfile.from_bytes(merged.to_bytes()))
    assert merged.to_bytes() == expected


def test_more_rows_than_one_chunk_equal_their_parts():
    table = pa.table({"x": np.arange(300_000) % 9_000, "y": np.sqrt(np.arange(300_000))})
    halves = [profile_batches(table.slice(start, 150_000).to_batches()) for start in (0, 150_000)]
    assert merge_profiles(halves) == profile_batches(table.to_batches())


def test_bytes_survive_a_round_trip():
    profile = profile_batches(many_values(6_000).to_batches())
    again = TableProfile.from_bytes(profile.to_bytes())
    assert again == profile
    assert again.columns["id"].distinct == profile.columns["id"].distinct


def test_different_rows_have_different_bytes():
    first = profile_batches(pa.table({"x": [1.0, 2.0]}).to_batches())
    second = profile_batches(pa.table({"x": [1.0, np.nextafter(2.0, 3.0)]}).to_batches())
    assert first != second


def test_equal_values_of_other_arrow_types_agree():
    plain = pa.table({"x": pa.array([1, 2, 2], pa.int64()), "t": ["a", "b", "b"]})
    other = pa.table({"x": pa.array([1, 2, 2], pa.float32()), "t": pa.array(["a", "b", "b"]).dictionary_encode()})
    assert profile_batches(plain.to_batches()) == profile_batches(other.to_batches())
