"""A tight bulk stays visible however much junk lies around it: bounds of the distribution's error, printed."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import ks_2samp

from platform_assets.quality.profile import aligned_bins, profile_batches

ROWS = 200_000
RNG = np.random.default_rng(3)


def random_bits(rows):
    bits = RNG.integers(0, 2**64, rows, dtype=np.uint64).view(np.float64)
    return np.where(np.isfinite(bits), bits, 0.0)


def mixed(bulk, junk):
    return RNG.permutation(np.concatenate([bulk, junk]))


#: Values and the most that the fullest bin may hold: octaves with their own budget reach it, one shift for all (what
#: version 1 did) left the bulk in one or two bins.
CASES = {
    "normal": (RNG.normal(size=ROWS), 0.01),
    "normal 100 +- 10, 2 % random bits": (mixed(RNG.normal(100, 10, ROWS), random_bits(ROWS // 50)), 0.045),
    "normal 100 +- 10, 30 % random bits": (mixed(RNG.normal(100, 10, ROWS), random_bits(3 * ROWS // 10)), 0.04),
    "1e9 +- 1, 2 % over 60 magnitudes": (
        mixed(1e9 + RNG.uniform(-1, 1, ROWS), 10.0 ** RNG.uniform(-30, 30, ROWS // 50)),
        0.04,
    ),
    "1e9 +- 1 among 5,000 of its octave": (
        mixed(1e9 + RNG.uniform(-1, 1, ROWS), RNG.uniform(2**29, 2**30, 5_000)),
        1.0,
    ),
    "1e9 +- 1": (1e9 + RNG.uniform(-1, 1, ROWS), 0.01),
    "epoch microseconds": (1.7e15 + RNG.integers(0, 10**9, ROWS), 0.01),
    "cauchy": (RNG.standard_cauchy(ROWS), 0.02),
    "lognormal, sigma 6": (RNG.lognormal(sigma=6, size=ROWS), 0.02),
    "prices with junk": (mixed(np.round(RNG.lognormal(3, 1, ROWS), 2), random_bits(ROWS // 20)), 0.02),
    "constant with junk": (mixed(np.full(ROWS, 3.25), random_bits(ROWS // 20)), 0.0),
    "constant": (np.full(ROWS, 3.25), 0.0),
    "one row": (np.array([7.0]), 0.0),
}


def measured(values):
    column = profile_batches(pa.table({"x": values}).to_batches()).columns["x"]
    ordered = np.sort(values)
    points = np.unique(np.quantile(ordered, np.linspace(0, 1, 2_001), method="inverted_cdf"))
    true = np.searchsorted(ordered, points, side="right") / len(ordered)
    return column, float(np.abs(column.cdf(points) - true).max())


@pytest.mark.parametrize("name", CASES)
def test_error_of_the_distribution_is_within_its_bound(name, capsys):
    values, most = CASES[name]
    column, error = measured(values)
    bound = column.ordered.largest_bin_share
    with capsys.disabled():
        print(f"\n{name}: cdf error {error:.5f}, bound {bound:.5f}, {len(column.ordered.bins):,} bins", end="")
    assert error <= bound + 1e-12
    assert bound <= most


def test_sampled_values_show_what_is_inside_a_full_bin():
    values, _ = CASES["1e9 +- 1 among 5,000 of its octave"]
    column, error = measured(values)
    assert column.ordered.largest_bin_share > 0.9
    allowed = 4 * 0.5 / np.sqrt(1000)
    assert error <= allowed
    shares = np.array([0.25, 0.5, 0.75])
    found = np.searchsorted(np.sort(values), [column.quantile(q) for q in shares]) / len(values)
    assert np.abs(found - shares).max() <= allowed
    true = np.quantile(values, shares, method="inverted_cdf").tolist()
    bounds = [column.quantile_bounds(q) for q in shares]
    assert all(low <= value <= high for (low, high), value in zip(bounds, true, strict=True))


def test_few_junk_values_cost_no_resolution():
    values = mixed(RNG.normal(100, 10, ROWS), random_bits(1_000))
    clean = profile_batches(pa.table({"x": RNG.normal(100, 10, ROWS)}).to_batches()).columns["x"].ordered
    soiled = profile_batches(pa.table({"x": values}).to_batches()).columns["x"].ordered
    assert soiled.largest_bin_share <= 4 * clean.largest_bin_share


@pytest.mark.parametrize("shift", [0.0, 0.5, 5.0])
def test_kolmogorov_smirnov_of_two_soiled_samples_is_within_its_bound(shift, capsys):
    values = [mixed(RNG.normal(100 + move, 10, ROWS), random_bits(4_000)) for move in (0.0, shift)]
    left, right = (profile_batches(pa.table({"x": side}).to_batches()).columns["x"].ordered for side in values)
    bins = aligned_bins(left, right)
    assert (bins.left.sum(), bins.right.sum()) == (left.rows, right.rows)
    ks = float(np.abs(np.cumsum(bins.left) / left.rows - np.cumsum(bins.right) / right.rows).max())
    wide = bins.upper > bins.lower
    bound = max(float((bins.left[wide] / left.rows).max()), float((bins.right[wide] / right.rows).max()))
    true = float(ks_2samp(*values).statistic)
    with capsys.disabled():
        print(f"\nshift {shift}: KS {true:.5f}, from the bins {ks:.5f}, bound of the difference {bound:.5f}", end="")
    assert ks - 1e-12 <= true <= ks + bound
    assert bound <= 0.05
