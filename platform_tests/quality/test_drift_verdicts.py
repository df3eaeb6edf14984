"""Verdicts: no alarm without change, alarm with it, and honesty where nobody can know."""

import json

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.profile import ProfileError, merge_profiles, profile_batches

CITIES = np.array([f"city {number}" for number in range(60)])


def population(rng, rows, shift=0.0):
    delay = np.round(rng.exponential(20, rows) + shift * 20)
    return pa.table(
        {
            "normal": rng.normal(shift, 1, rows),
            "skewed": rng.lognormal(shift, 1.5, rows),
            "delay": delay,
            "zeros": np.where(rng.random(rows) < 0.9, 0.0, delay),
            "flag": rng.random(rows) < 0.3,
            "city": CITIES[np.minimum(rng.zipf(1.6, rows), 60) - 1],
            "plane": [f"N{number}" for number in rng.integers(0, 3_000, rows)],
            "gaps": pa.array(rng.normal(size=rows), mask=rng.random(rows) < 0.1),
        }
    )


def profile(table, columns=None):
    return profile_batches(table.to_batches(), columns)


@pytest.mark.parametrize("rows", [100, 500, 20_000])
def test_random_splits_of_the_same_data_do_not_drift(rows):
    """A split is a random half of ten equal blocks, so that each block is profiled only once."""
    rng = np.random.default_rng(rows)
    size = rows // 5
    splits, drifted_tables, drifted_columns = 200, 0, 0
    for start in range(0, splits, 50):
        data = population(rng, 2 * rows)
        blocks = [profile(data.slice(first, size)) for first in range(0, 2 * rows, size)]
        for _ in range(start, start + 50):
            order = rng.permutation(len(blocks))
            left, right = (merge_profiles([blocks[i] for i in half]) for half in (order[:5], order[5:]))
            result = compare_profiles(left, right)
            drifted_tables += result.verdict == "drift"
            drifted_columns += len(result.named("drift"))
    assert drifted_tables <= 0.02 * splits
    assert drifted_columns <= 0.02 * splits


@pytest.mark.parametrize("rows", [500, 20_000])
def test_an_injected_shift_is_caught(rows):
    rng = np.random.default_rng(rows)
    result = compare_profiles(profile(population(rng, rows)), profile(population(rng, rows, shift=0.8)))
    assert result.verdict == "drift"
    assert {"normal", "delay"} <= {column.column for column in result.named("drift")}
    assert "flag" not in {column.column for column in result.named("drift")}
    assert [c.effect for c in result.named("drift")] == sorted((c.effect for c in result.named("drift")), reverse=True)


def test_a_tiny_but_certain_change_in_a_large_sample_is_stable():
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=300_000), rng.normal(0.05, 1, 300_000)
    column = compare_profiles(profile(pa.table({"x": left})), profile(pa.table({"x": right}))).columns[0]
    assert column.psi > column.psi_noise
    assert column.verdict == "stable"


@pytest.mark.parametrize(("before", "now"), [(5_000, 1), (5_000, 40), (40, 5_000), (120, 120)])
def test_small_samples_say_that_they_cannot_tell(before, now):
    rng = np.random.default_rng(now)
    result = compare_profiles(profile(population(rng, before), ["normal"]), profile(population(rng, now), ["normal"]))
    assert (result.verdict, result.columns[0].verdict) == ("cannot_tell", "cannot_tell")
    assert "too few rows" in result.summary


def test_without_a_reference_there_is_no_pass():
    result = compare_profiles(None, profile(population(np.random.default_rng(0), 300)))
    assert result.verdict == "no_reference"
    assert {column.verdict for column in result.columns} == {"no_reference"}
    assert "nothing to compare" in result.summary


def test_missing_values_new_values_and_vanished_values_are_found():
    rng = np.random.default_rng(2)
    before = pa.table({"x": rng.normal(size=4_000), "city": rng.choice(CITIES[:5], 4_000), "calm": rng.random(4_000)})
    city = np.where(rng.random(4_000) < 0.1, "new town", rng.choice(CITIES[:4], 4_000))
    gaps = pa.array(rng.normal(size=4_000), mask=rng.random(4_000) < 0.3)
    now = pa.table({"x": gaps, "city": city, "calm": before["calm"]})
    found = {column.column: column for column in compare_profiles(profile(before), profile(now)).columns}
    assert found["x"].verdict == "drift"
    assert found["x"].message.startswith("Missing in")
    assert found["city"].new_values == ["new town"]
    assert found["city"].new_values_share == pytest.approx(0.1, abs=0.02)
    assert found["city"].vanished_values == ["city 4"]
    assert found["calm"].verdict == "stable"


def test_a_column_that_became_empty_drifts():
    before, now = pa.table({"x": np.arange(500.0)}), pa.table({"x": pa.nulls(500, pa.float64())})
    assert compare_profiles(profile(before), profile(now)).columns[0].verdict == "drift"
    assert compare_profiles(profile(now), profile(now)).columns[0].verdict == "stable"


def test_a_schema_change_is_its_own_finding():
    values = np.random.default_rng(0).normal(size=1_000)
    before = profile(pa.table({"a": values, "gone": values, "typed": values}))
    now = profile(pa.table({"a": values, "fresh": values, "typed": [str(value) for value in values]}))
    result = compare_profiles(before, now)
    assert result.schema_change.added == ["fresh"]
    assert result.schema_change.removed == ["gone"]
    assert result.schema_change.retyped == ["typed: numeric -> text"]
    assert (result.verdict, [column.column for column in result.columns]) == ("stable", ["a"])
    assert "changed shape" in result.summary


def test_share_and_number_of_columns_decide_as_declared():
    rng = np.random.default_rng(4)
    before = pa.table({f"c{i}": rng.normal(size=2_000) for i in range(10)})
    now = before.set_column(0, "c0", pa.array(rng.normal(3, 1, 2_000)))
    pair = profile(before), profile(now)
    assert compare_profiles(*pair).verdict == "stable"
    assert "1 of 10 columns differs" in compare_profiles(*pair).summary
    assert compare_profiles(*pair, thresholds=DriftThresholds(min_columns=1)).verdict == "drift"
    assert compare_profiles(*pair, thresholds=DriftThresholds(min_share_of_columns=0.1)).verdict == "drift"
    assert compare_profiles(*pair, columns=["c0", "c1"]).verdict == "drift"


def test_times_are_left_out_unless_asked_for_and_unknown_columns_refused():
    table = pa.table({"x": np.arange(300.0), "at": pa.array(range(300), pa.timestamp("s"))})
    assert [column.column for column in compare_profiles(profile(table), profile(table)).columns] == ["x"]
    asked = compare_profiles(profile(table), profile(table), columns=["at"])
    assert (asked.columns[0].kind, asked.columns[0].verdict) == ("timestamp", "stable")
    with pytest.raises(ProfileError, match="column 'y'"):
        compare_profiles(profile(table), profile(table), columns=["y"])


def test_the_result_is_plain_json():
    rng = np.random.default_rng(0)
    result = compare_profiles(profile(population(rng, 400)), profile(population(rng, 400)))
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["verdict"] == result.verdict
