"""Every statistic of a profile is right, within its stated bound, on easy and on hostile data."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.quality.profile import ProfileError, TableProfile, merge_profiles, profile_batches

RNG = np.random.default_rng(11)
HOSTILE = {
    "normal": RNG.normal(size=20_000),
    "heavy tail": RNG.lognormal(sigma=4, size=20_000),
    "cauchy": RNG.standard_cauchy(size=20_000),
    "around a billion": 1e9 + RNG.uniform(-1, 1, 20_000),
    "epoch microseconds": 1.7e15 + RNG.integers(0, 10**9, 20_000),
    "mixture": np.concatenate([RNG.normal(size=10_000), RNG.normal(1e6, 1, 10_000)]),
    "tiny": RNG.normal(size=20_000) * 5e-324 * 2.0**40,
    "huge": RNG.normal(size=20_000) * 1e307,
    "constant": np.full(5_000, 3.25),
    "one row": np.array([-7.5]),
}


def column_of(values, name="x"):
    return profile_batches(pa.table({name: values}).to_batches()).columns[name]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("q", [0.0, 0.01, 0.25, 0.5, 0.9, 0.999, 1.0])
def test_quantile_lies_with_the_true_one_within_its_bounds(name, q):
    values = HOSTILE[name]
    column = column_of(values)
    true = float(np.quantile(values, q, method="inverted_cdf"))
    low, high = column.quantile_bounds(q)
    assert low <= true <= high
    assert low <= column.quantile(q) <= high
    shift = column.ordered.shift
    assert high - low <= 2.0 ** (shift - 51) * max(abs(low), abs(high)) + 5e-324 * 2**shift


@pytest.mark.parametrize("name", HOSTILE)
def test_cdf_error_is_at_most_the_fullest_bin(name):
    values = np.sort(HOSTILE[name])
    column = column_of(values)
    points = np.quantile(values, np.linspace(0, 1, 57), method="inverted_cdf")
    true = np.searchsorted(values, points, side="right") / len(values)
    assert np.abs(column.cdf(points) - true).max() <= column.ordered.largest_bin_share + 1e-12


@pytest.mark.parametrize("name", HOSTILE)
def test_mean_and_deviation_equal_exact_arithmetic(name):
    exact = [Fraction(value) for value in HOSTILE[name].tolist()]
    mean = sum(exact) / len(exact)
    variance = sum(value * value for value in exact) / len(exact) - mean * mean
    column = column_of(HOSTILE[name])
    assert column.mean == float(mean)
    scale = Fraction(2) ** 2000
    assert column.std == pytest.approx(float(Fraction(math.isqrt(int(variance * scale * scale)), 1) / scale), rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_mean_of_any_doubles_is_correctly_rounded(values):
    assert column_of(pa.array(values)).mean == float(sum(map(Fraction, values)) / len(values))


def test_exact_while_few_values():
    values = RNG.integers(-50, 50, 30_000).astype(float)
    column = column_of(values)
    assert column.ordered.exact
    assert column.distinct == len(np.unique(values))
    assert column.quantile(0.37) == np.quantile(values, 0.37, method="inverted_cdf")
    assert column.cdf([0.0])[0] == pytest.approx((values <= 0).mean(), abs=1e-15)


@pytest.mark.parametrize("distinct", [5_000, 60_000, 200_000])
@pytest.mark.parametrize("form", ["numeric", "text"])
def test_distinct_estimate_is_within_four_standard_errors(distinct, form):
    numbers = np.arange(distinct) * 7 + 3
    values = [f"key {number}" for number in numbers] if form == "text" else numbers * 0.1
    column = column_of(values)
    assert column.kind == form
    assert not column.distinct_is_exact
    assert column.distinct == pytest.approx(distinct, rel=4 * 0.031)


def test_nulls_nan_and_infinities_are_counted_apart():
    column = column_of(pa.array([1.0, None, math.nan, math.inf, -math.inf, math.inf, 3.0]))
    assert (column.count, column.nulls, column.nan, column.infinities, column.values) == (7, 1, 1, 3, 2)
    assert (column.positive_infinities, column.min, column.max, column.mean) == (2, 1.0, 3.0, 2.0)
    assert column.null_share == pytest.approx(1 / 7)
    assert column.missing_share == pytest.approx(5 / 7)


def test_text_counts_are_exact_and_ordered_by_frequency():
    column = column_of(["b", "a", None, "b", "", "c", "b", "a"])
    assert column.frequent(2) == [("b", 3), ("a", 2)]
    assert (column.min, column.max, column.distinct, column.text.trimmed_rows) == ("", "c", 4, 0)


def test_too_many_texts_keep_exact_counts_of_a_sample_and_record_the_rest():
    values = [f"v{number % 9_000}" for number in range(20_000)]
    column = column_of(values)
    kept = column.text.as_dict()
    assert len(kept) == 1024
    assert all(rows == values.count(value) for value, rows in list(kept.items())[:20])
    assert column.text.trimmed_rows == 20_000 - sum(kept.values())
    assert column.text.rows_by_range().sum() == 20_000


def test_long_texts_stay_small_and_different():
    column = column_of(["x" * 1_000_000 + str(number) for number in range(20)])
    assert column.distinct == 20
    assert len(column.max) == 100
    assert len(profile_batches(pa.table({"x": ["y" * 10**6] * 3}).to_batches()).to_bytes()) < 1_000


def test_times_and_dates_are_microseconds():
    moment = datetime(2024, 2, 29, 12, tzinfo=UTC)
    column = column_of(pa.array([moment, None], pa.timestamp("s", "UTC")))
    assert (column.kind, column.min) == ("timestamp", moment.timestamp() * 1e6)
    assert column_of(pa.array([date(1970, 1, 2)])).max == 86_400e6


def test_other_kinds():
    assert column_of([True, False, True, None]).mean == pytest.approx(2 / 3)
    assert column_of([Decimal("1.25"), Decimal("2.25")]).mean == 1.75
    nested = column_of([[1], None])
    assert (nested.kind, nested.count, nested.nulls, nested.mean) == ("other", 2, 1, None)


def test_nothing_to_count():
    empty = column_of(pa.array([None, None], pa.float64()))
    assert (empty.mean, empty.std, empty.min, empty.quantile(0.5), empty.distinct) == (None, None, None, None, 0)
    assert np.isnan(empty.cdf([0.0])[0])
    assert profile_batches([]) == TableProfile()


def test_an_all_null_part_takes_the_kind_of_the_others():
    parts = [pa.table({"x": pa.nulls(3)}), pa.table({"x": ["a"]})]
    merged = merge_profiles([profile_batches(part.to_batches()) for part in parts]).columns["x"]
    assert (merged.kind, merged.count, merged.nulls) == ("text", 4, 3)


def test_requests_that_cannot_be_met_name_the_column():
    batches = pa.table({"x": [1]}).to_batches()
    with pytest.raises(ProfileError, match="column 'y': the data has x"):
        profile_batches(batches, ["y"])
    with pytest.raises(ProfileError, match="column 'x' is numeric and text"):
        profile_batches(batches).merge(profile_batches(pa.table({"x": ["a"]}).to_batches()))
    with pytest.raises(ProfileError, match="not a profile"):
        TableProfile.from_bytes(b"anything")
    with pytest.raises(ProfileError, match="end at"):
        TableProfile.from_bytes(profile_batches(batches).to_bytes()[:-5])
    with pytest.raises(ProfileError, match="outside 0 to 1"):
        column_of([1.0]).quantile(2)
    with pytest.raises(ProfileError, match="column 'x' holds times beyond"):
        column_of(pa.array([2**62], pa.timestamp("s")))
