"""New and vanished values between two profiles: exact while few, fair estimates beyond."""

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.profile import ProfileError, distinct_overlap, profile_batches


def column_of(values):
    return profile_batches(pa.table({"x": values}).to_batches()).columns["x"]


@pytest.mark.parametrize("values", [(["a", "b", None], ["b", "c", "c"]), ([1, 2, None], [2, 3, 3])])
def test_few_values_are_compared_exactly(values):
    overlap = distinct_overlap(*map(column_of, values))
    assert (overlap.exact, overlap.new, overlap.vanished) == (True, 1, 1)
    assert overlap.jaccard == pytest.approx(1 / 3)
    assert (overlap.new_values, overlap.vanished_values) in ((["c"], ["a"]), ([3.0], [1.0]))
    assert overlap.jaccard_error == 0.0


@pytest.mark.parametrize("form", ["text", "numeric"])
@pytest.mark.parametrize("shift", [0, 5_000, 25_000, 50_000])
def test_many_values_are_estimated_within_four_standard_errors(form, shift):
    left, right = np.arange(50_000), np.arange(shift, 50_000 + shift)
    make = (lambda n: [f"v{i}" for i in n]) if form == "text" else (lambda n: n * 0.37)
    overlap = distinct_overlap(column_of(make(left)), column_of(make(right)))
    true = max(50_000 - shift, 0) / (50_000 + shift)
    assert not overlap.exact
    assert overlap.sampled >= 1024
    assert abs(overlap.jaccard - true) <= 4 * max(overlap.jaccard_error, 1e-9)
    assert overlap.new == pytest.approx(shift, abs=4 * np.sqrt(max(shift, 1) * 50_000 / 1024))
    assert set(overlap.new_values) <= set(make(np.setdiff1d(right, left)))


def test_an_exact_and_a_sampled_profile_can_be_compared():
    overlap = distinct_overlap(column_of(np.arange(50_000) * 0.5), column_of([1.0, 2.0, 0.3]))
    assert not overlap.exact
    assert overlap.vanished == pytest.approx(50_000, rel=4 * 0.031)


def test_nothing_to_compare():
    empty = column_of(pa.array([None], pa.float64()))
    assert distinct_overlap(empty, empty).jaccard == 1.0
    assert distinct_overlap(empty, column_of(["a"])).new == 1
    with pytest.raises(ProfileError, match="numeric and a text"):
        distinct_overlap(column_of([1.0]), column_of(["a"]))
