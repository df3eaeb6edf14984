"""Every measure against SciPy's exact value on easy and adversarial data: its error stays within the stated bound.

The printed table (pytest -s) shows value, exact value, error and bound of each.
"""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.psi import MIN_SHARE
from platform_assets.quality.profile import profile_batches

RNG = np.random.default_rng(11)
ROWS = 12_000
YEAR = 31_536_000_000_000
JUNK = RNG.choice([-1.0, 1.0], 6_000) * 10.0 ** RNG.uniform(-300, 300, 6_000)
CROWD = RNG.uniform(512, 1023, 6_000)
PAIRS = {
    "normal": (RNG.normal(size=ROWS), RNG.normal(0.3, 1, ROWS)),
    "heavy tail": (RNG.lognormal(sigma=3, size=ROWS), RNG.lognormal(0.2, 3, ROWS)),
    "around a billion": (1e9 + RNG.uniform(-1, 1, ROWS), 1e9 + RNG.uniform(-0.9, 1.1, ROWS)),
    "epoch microseconds": (
        1_356_998_400e6 + RNG.integers(0, YEAR, ROWS),
        1_360_000_000e6 + RNG.integers(0, YEAR, ROWS),
    ),
    "cauchy": (RNG.standard_cauchy(ROWS), 0.3 + RNG.standard_cauchy(ROWS)),
    "bulk with junk": (np.append(RNG.normal(1e3, 1, ROWS), JUNK), np.append(RNG.normal(1e3 + 0.5, 1, ROWS), JUNK)),
    "bulk in a crowd": (
        np.append(RNG.normal(701.37, 1e-6, ROWS), CROWD),
        np.append(RNG.normal(701.37 + 1e-6, 1e-6, ROWS), CROWD),
    ),
    "zeros and a tail": (RNG.exponential(9, ROWS) * (RNG.random(ROWS) < 0.5), RNG.exponential(9, ROWS)),
    "whole numbers": (RNG.poisson(4, ROWS).astype(float), RNG.poisson(5, ROWS).astype(float)),
    "a constant": (np.full(500, 5.0), np.full(300, 5.0)),
    "two constants": (np.full(500, 5.0), np.full(300, 7.0)),
    "one row": (np.array([3.0]), np.array([4.0])),
    "one row against many": (RNG.normal(size=ROWS), np.array([0.1])),
}
SLACK = 1e-9


def compared(reference, current, **options):
    pair = (profile_batches(pa.table({"x": values}).to_batches()) for values in (reference, current))
    return compare_profiles(*pair, **options).columns[0]


def exact_deciles(reference, current):
    """Rows of both windows between the reference's deciles; a value that covers several deciles on its own."""
    deciles = np.quantile(reference, np.arange(1, 10) / 10, method="inverted_cdf")
    edges, times = np.unique(deciles, return_counts=True)
    edges = np.unique(np.concatenate([edges, np.nextafter(edges[times > 1], -np.inf), [np.inf]]))
    counts = [np.diff([0, *(np.sum(values <= edge) for edge in edges)]) for values in (reference, current)]
    kept = counts[0] + counts[1] > 0
    return counts[0][kept], counts[1][kept]


def exact_of_buckets(rows, other):
    p, q = rows / rows.sum(), other / other.sum()
    left, right = np.maximum(p, max(0.5 / rows.sum(), MIN_SHARE)), np.maximum(q, max(0.5 / other.sum(), MIN_SHARE))
    statistic = stats.chi2_contingency([rows, other], correction=False).statistic if len(rows) > 1 else 0.0
    return {
        "psi": float(((right - left) * np.log(right / left)).sum()),
        "js": float(np.nan_to_num(jensenshannon(p, q, base=2))),
        "hellinger": float(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / np.sqrt(2)),
        "chi_square": statistic,
        "cramers_v": float(np.sqrt(statistic / (rows.sum() + other.sum()))),
    }


def exact_of_values(reference, current):
    exact = {**exact_of_buckets(*exact_deciles(reference, current))}
    exact["ks"] = stats.ks_2samp(reference, current, method="asymp").statistic
    if np.ptp(reference) > 0 and np.abs(reference).max() < 1e150:
        exact["wasserstein"] = stats.wasserstein_distance(reference, current) / reference.std()
    return exact


@pytest.mark.parametrize("name", PAIRS)
def test_the_error_of_every_measure_is_within_its_bound(name):
    found = compared(*PAIRS[name])
    for measure, exact in exact_of_values(*PAIRS[name]).items():
        value, bound = getattr(found, measure), found.errors[measure]
        error = abs(value - exact)
        print(f"{name:22} {measure:12} {value:12.6g} exact {exact:12.6g} error {error:9.2e} bound {bound}")
        assert bound is None or error <= bound + SLACK * max(1.0, abs(exact)), measure


@pytest.mark.parametrize(("name", "largest"), [("normal", 0.02), ("heavy tail", 0.02), ("around a billion", 0.02)])
def test_bounds_are_narrow_for_ordinary_data(name, largest):
    found = compared(*PAIRS[name])
    assert max(found.errors[measure] for measure in ("psi", "js", "hellinger", "ks")) < largest


@pytest.mark.parametrize("name", ["whole numbers", "a constant", "two constants", "one row"])
def test_few_different_values_are_measured_exactly(name):
    errors = compared(*PAIRS[name]).errors
    assert {measure: bound for measure, bound in errors.items() if bound > 1e-12} == {}


def test_a_profile_too_coarse_to_tell_says_so():
    """Thousands of values of the same magnitude leave one bin for a narrow bulk: its shift cannot be seen."""
    found = compared(*PAIRS["bulk in a crowd"])
    assert found.errors["ks"] > 0.5
    assert found.verdict == "cannot_tell"
    assert "take them out" in found.message


def test_junk_of_other_magnitudes_hides_nothing():
    found = compared(*PAIRS["bulk with junk"])
    assert found.errors["ks"] < 0.1
    assert found.verdict == "stable"


def test_all_null_and_empty_windows_have_no_measure():
    nothing = pa.nulls(200, pa.float64())
    assert compared(nothing, nothing).psi is None
    assert compared(RNG.normal(size=200), nothing).psi is None
    assert compared(nothing[:0], RNG.normal(size=200)).verdict == "no_reference"


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 2**32 - 1))
def test_bounds_hold_for_any_mixture(data, seed):
    rng = np.random.default_rng(seed)
    draw = {
        "atoms": lambda n: rng.integers(0, 5, n).astype(float),
        "wide": lambda n: rng.lognormal(0, data.draw(st.floats(0.1, 6)), n),
        "tight": lambda n: data.draw(st.sampled_from([0.0, 7.0, -1e6])) + rng.normal(size=n),
    }
    sides = []
    for _ in range(2):
        kinds = data.draw(st.lists(st.sampled_from(sorted(draw)), min_size=1, max_size=3))
        parts = [draw[kind](data.draw(st.integers(1, 5_000))) for kind in kinds]
        sides.append(np.concatenate(parts))
    found = compared(*sides)
    for measure, exact in exact_of_values(*sides).items():
        bound = found.errors[measure]
        assert bound is None or abs(getattr(found, measure) - exact) <= bound + 1e-7 * max(1.0, abs(exact)), measure


def texts(rng, rows, categories, power):
    return [f"c{number}" for number in np.floor(categories * rng.random(rows) ** power).astype(int)]


@pytest.mark.parametrize("categories", [8, 200, 3_000, 40_000])
def test_capped_categories_have_a_stated_error(categories):
    rng = np.random.default_rng(categories)
    left, right = texts(rng, 30_000, categories, 2.0), texts(rng, 20_000, categories, 3.0)
    names = np.unique(left + right)
    rows, other = (np.unique(np.concatenate([side, names]), return_counts=True)[1] - 1 for side in (left, right))
    found = compared(left, right)
    exact = exact_of_buckets(rows, other)
    for measure in ("js", "hellinger", "chi_square", "cramers_v"):
        error, bound = exact[measure] - getattr(found, measure), found.errors[measure]
        print(f"{categories:6} categories {measure:12} error {error:9.2e} bound {bound:9.2e}")
        assert -1e-9 <= error <= bound + 1e-9, measure
    assert (found.joined_share == 0.0) == (categories == 8)
    assert (found.errors["psi"] is None) == (categories > 8)
