"""Lengths and patterns of text, and times with holes in them."""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.quality.profile import profile_batches


def column_of(values):
    return profile_batches(pa.table({"x": values}).to_batches()).columns["x"]


def pattern(text):
    """The definition, one text at a time."""
    head = text.encode()[:64]
    symbols = ["a" if byte > 127 or chr(byte).isalpha() else "9" if chr(byte).isdigit() else chr(byte) for byte in head]
    return re.sub(r"(.)\1+", r"\1", "".join(symbols), flags=re.DOTALL)[:32]


@given(st.lists(st.text(max_size=90) | st.text("aZ0-. é\n", max_size=90), min_size=1, max_size=30))
def test_patterns_and_lengths_equal_their_definitions(values):
    column = column_of(pa.array(values, pa.string()))
    expected = {p: sum(pattern(v) == p for v in values) for p in map(pattern, values)}
    assert column.patterns.as_dict() == expected
    lengths = sorted(map(len, values))
    assert (column.lengths.min, column.lengths.max) == (lengths[0], lengths[-1])
    assert column.lengths.mean == sum(lengths) / len(lengths)
    assert column.lengths.std == pytest.approx(np.std(lengths))
    assert column.lengths.quantile(0.5) == np.quantile(lengths, 0.5, method="inverted_cdf")
    assert column.value_bytes == sum(len(value.encode()) for value in values)


def test_patterns_name_shapes_by_frequency():
    column = column_of(["N12345", "N9", "UA-7", None, "2013-01-31", "N1UA"])
    assert column.patterns.most_frequent(2) == [("a9", 2), ("9-9-9", 1)]


def test_too_many_patterns_are_shortened_until_they_are_few():
    rng = np.random.default_rng(0)
    values = ["".join(rng.choice(list("a9-_.:"), 30)) for _ in range(5_000)]
    patterns = column_of(values).patterns
    assert patterns.width == 2
    assert len(patterns.values) <= 256
    assert patterns.as_dict() == {p: sum(pattern(v)[:2] == p for v in values) for p in patterns.as_dict()}


def test_text_without_values_has_neither():
    column = column_of(pa.array([None, None], pa.string()))
    assert (column.lengths, column.patterns, column.value_bytes) == (None, None, 0)


def hours(*numbers):
    return pa.array([datetime.fromtimestamp(n * 3600, UTC) for n in numbers], pa.timestamp("us", "UTC"))


def test_the_largest_gap_tells_how_long_and_from_when():
    gaps = column_of(hours(5, 0, 1, 2, 30, 6, 6)).gaps
    hour = 3_600_000_000
    assert (gaps.largest_at_least, gaps.largest_at_most, gaps.largest_after) == (24 * hour, 24 * hour, 6 * hour)
    assert (gaps.median, gaps.mean) == (hour, 6 * hour)
    assert column_of(hours(3, 3)).gaps is None
    assert column_of([1, 2]).gaps is None


def test_gaps_of_many_times_lie_within_their_bounds():
    rng = np.random.default_rng(1)
    times = np.sort(np.concatenate([rng.integers(0, 10**12, 30_000), rng.integers(2 * 10**12, 3 * 10**12, 30_000)]))
    gaps = column_of(pa.array(times, pa.timestamp("us"))).gaps
    true = int(np.diff(times).max())
    assert gaps.largest_at_least <= true <= gaps.largest_at_most
    assert gaps.largest_at_most - gaps.largest_at_least < 0.01 * true
    assert gaps.median is None
    assert gaps.mean == pytest.approx(np.diff(np.unique(times)).mean(), rel=4 * 0.031)


def test_booleans_know_their_share_of_true():
    column = column_of([True, None, False, True, True])
    assert (column.true_share, column.value_bytes) == (0.75, 4)
    assert column_of([1.0]).true_share is None
