"""A column over all partitions, and since when it drifts: the same answers as comparing every partition anew."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_example import MONTHS, REFERENCE, TESTED, example, profiles

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.profile.table import TableProfile, merge_profiles
from platform_assets.quality.report.history import LOOK_BACK, QUANTILES, Since, column_histories, quantiles_of

NORMAL = np.random.default_rng(3).normal(0, 1, 400)


def month(shift: float, **more: pa.Array):
    return profile_batches(pa.table({"x": NORMAL + shift, **more}).to_batches())


def since_of(shifts, reference, tested):
    """Since when `x` drifts, with one partition a shift, named by its place."""
    months = {f"{place:03}": month(shift) for place, shift in enumerate(shifts)}
    names = [f"{place:03}" for place in reference]
    merged, name = merge_profiles([months[n] for n in names]), f"{tested:03}"
    result = compare_profiles(merged, months[name])
    return column_histories(months, result, merged, {"x": names}, name)["x"].since


@pytest.mark.parametrize(
    ("shifts", "reference", "tested", "since"),
    [
        ([0, 0, 0, 0], [0, 1], 3, None),
        ([0, 0, 0, 3], [0, 1], 3, Since("003", 1, "stable")),
        ([0, 0, 3, 3, 3], [0], 4, Since("002", 3, "stable")),
        ([0, 0, 3, 0, 3], [0], 4, Since("004", 1, "stable")),
        ([0, 3, 3], [0], 2, Since("001", 2, "reference")),
        ([3, 3, 0], [2], 1, Since("000", 2, "oldest")),
        ([3, 3, 3, 0, 3], [3], 2, Since("000", 3, "oldest")),
        ([0, *[3] * (LOOK_BACK + 4)], [0], LOOK_BACK + 4, Since("004", LOOK_BACK + 1, "look_back")),
    ],
)
def test_a_run_of_drift_begins_where_the_partition_before_did_not_drift(shifts, reference, tested, since):
    assert since_of(shifts, reference, tested) == since


def test_since_when_agrees_with_comparing_every_partition_on_all_columns():
    months = profiles()
    result, reference, _, about = example(months)
    names = [column.column for column in result.columns]

    for column in result.named("drift"):
        run = about.histories[column.column].since
        place = MONTHS.index(TESTED)
        while place > len(REFERENCE):
            earlier = compare_profiles(reference, months[MONTHS[place - 1]], columns=names)
            if column.column not in {found.column for found in earlier.named("drift")}:
                break
            place -= 1
        assert run.partition == MONTHS[place], column.column
        assert run.partitions == MONTHS.index(TESTED) - place + 1
    assert about.histories["amount"].since.partition < TESTED
    assert about.histories["visits"].since is None


def test_a_column_that_older_partitions_lack_drifts_since_it_is_there():
    months = {"1": month(0), "2": month(0, y=NORMAL), "3": month(0, y=NORMAL), "4": month(0, y=NORMAL + 3)}
    result = compare_profiles(months["2"], months["4"])

    found = column_histories(months, result, months["2"], {"y": ["2"]}, "4")["y"]

    assert found.partitions == ("2", "3", "4")
    assert found.since == Since("4", 1, "stable")


@given(
    st.lists(st.one_of(st.floats(allow_nan=True), st.integers(-5, 5).map(float), st.none()), max_size=60),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_quantiles_lie_where_the_profile_says(values, seed):
    many = np.random.default_rng(seed).normal(0, 1e3, 6_000 if seed % 3 == 0 else 0)
    table = pa.table({"x": pa.concat_arrays([pa.array(values, pa.float64()), pa.array(many)])})
    column = profile_batches(table.to_batches()).columns.get("x")
    if column is None:
        return

    found = quantiles_of(column)

    bounds = [column.quantile_bounds(q) for q in QUANTILES]
    assert [value is None for value in found] == [bound is None for bound in bounds]
    assert all(low <= value <= high for value, (low, high) in zip(found, filter(None, bounds), strict=False))
    assert column.quantile_bounds(0.5) is None or list(found) == sorted(found)


def test_quantiles_within_wide_bins_are_those_of_the_profile():
    values = np.exp(np.random.default_rng(5).uniform(-300, 300, 100_000))
    column = profile_batches(pa.table({"x": values}).to_batches()).columns["x"]

    assert not column.distinct_is_exact
    assert quantiles_of(column) == pytest.approx([column.quantile(q) for q in QUANTILES], rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_chance_ends_a_run_as_it_does_in_a_comparison_of_all_columns(seed):
    rng = np.random.default_rng(seed)
    names = [f"c{place:02}" for place in range(20)]

    def noise(shift):
        values = {name: rng.normal(shift if name == "c00" else 0.0, 1, 150) for name in names}
        return profile_batches(pa.table(values).to_batches())

    months = {"0": noise(0), "1": noise(0), "2": noise(2)}
    thresholds = DriftThresholds(psi=0.02, moved_share=0.0, noise_level=0.4)
    result, before = (compare_profiles(months["0"], months[name], thresholds=thresholds) for name in "21")

    found = column_histories(months, result, months["0"], dict.fromkeys(names, "0"), "2")["c00"].since

    assert found.partition == ("1" if "c00" in {column.column for column in before.named("drift")} else "2")


def test_texts_are_followed_by_the_shares_that_changed_most_and_only_if_all_are_known():
    before = pa.table({"city": ["Rome"] * 60 + ["Oslo"] * 30 + ["Bonn"] * 10 + ["Nice"] * 100})
    now = pa.table({"city": ["Rome"] * 20 + ["Oslo"] * 70 + ["Bonn"] * 10 + ["Nice"] * 100})
    many = pa.table({"city": [f"city {place}" for place in range(5_000)]})
    months = {name: profile_batches(rows.to_batches()) for name, rows in (("1", before), ("2", now))}

    def shares(parts):
        result = compare_profiles(months["1"], months["2"])
        return column_histories(parts, result, months["1"], {"city": ["1"]}, "2")["city"].shares

    assert list(shares(months)) == ["Oslo", "Rome", "Bonn"]
    assert shares(months)["Rome"] == (0.3, 0.1)
    assert shares({**months, "3": profile_batches(many.to_batches())}) == {}


def test_without_a_reference_nothing_drifts_since_when():
    months = {"1": month(0), "2": month(3)}

    found = column_histories(months, compare_profiles(None, months["2"]), None, {}, "2")

    assert found["x"].since is None
    assert found["x"].quantiles[0.5][1] == pytest.approx(found["x"].quantiles[0.5][0] + 3)


def test_a_column_that_comes_from_elsewhere_has_no_history_and_no_run():
    months = {"1": month(0), "2": month(0)}
    windows = [
        TableProfile(profile.rows, {**profile.columns, "label: y": shifted.columns["x"]})
        for profile, shifted in ((months["1"], month(0)), (months["2"], month(3)))
    ]
    result = compare_profiles(*windows)

    found = column_histories(months, result, windows[0], {"x": ["1"], "label: y": ["1"]}, "2")

    assert [column.column for column in result.named("drift")] == ["label: y"]
    assert list(found) == ["x"]
