"""Random splits of a real month do not drift, at the declared level: a small version of the benchmark."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.drift_samples import COLUMNS, Sampler, month_of, real_flights
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.profile import profile_batches

SPLITS = 100
ALL_COLUMNS = DriftThresholds(min_columns=1)


@pytest.fixture(scope="module")
def july():
    return month_of(real_flights(), 7)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1_000, 10_000])
def test_false_alarms_on_random_splits_of_a_real_month_stay_below_the_declared_level(july, size):
    sampler, rng = Sampler(july), np.random.default_rng(7)
    results = [compare_profiles(*sampler.split(rng, size), thresholds=ALL_COLUMNS) for _ in range(SPLITS)]
    alarms = sum(result.verdict == "drift" for result in results)
    most = stats.binom.ppf(0.999, SPLITS, ALL_COLUMNS.noise_level)
    assert len(results[0].columns) == len(COLUMNS) == 20
    assert alarms <= most, f"{alarms} of {SPLITS} splits drifted, at most {most:.0f} by chance"
    assert not any(result.named("cannot_tell") for result in results)


def test_sampled_profiles_decide_like_profiles_of_the_rows(july):
    chosen = np.random.default_rng(1).choice(july.num_rows, 4_000, replace=False)
    sampler = Sampler(july)
    quick = compare_profiles(sampler.profile_of(chosen[:2_000]), sampler.profile_of(chosen[2_000:]))
    sides = [profile_batches(july.take(side).to_batches()) for side in (chosen[:2_000], chosen[2_000:])]
    slow = compare_profiles(*sides)
    assert quick.verdict == slow.verdict
    for one, other in zip(quick.columns, slow.columns, strict=True):
        assert (one.column, one.verdict, one.effect) == (other.column, other.verdict, other.effect)
        assert (one.psi, one.ks, one.js, one.current_missing_share) == (
            other.psi,
            other.ks,
            other.js,
            other.current_missing_share,
        )
