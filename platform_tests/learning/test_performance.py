"""Predictions measured against their labels: overall, by segment, against the level of the validation rows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.metrics import auc, brier, evaluate
from platform_assets.learning.model import FittedModel
from platform_assets.learning.performance import (
    Bounded,
    Calibration,
    Standard,
    auc_difference,
    estimate_performance,
    intervals,
    judge_level,
    performance_plot_svg,
    performance_row,
    segment_rows,
)
from platform_assets.learning.performance.predecessor import predecessor_row
from platform_assets.learning.scoring import score
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

KEYS = ("flight", "time_hour")
Months = Callable[..., tuple[pa.Table, pa.Table]]


@pytest.fixture(scope="module")
def model(declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet]) -> FittedModel:
    return train_candidate(declare(monitoring={"segments": ["carrier"]}), make_set()).model


def scored(model: FittedModel, rows: pa.Table, version: int = 3) -> pa.Table:
    return score(model, version, rows, keys=KEYS, event_time="time_hour", feature_snapshot=2**40)


def standard(model: FittedModel, minimum_rows: int = 100) -> Standard:
    return Standard(model.metadata.validation, model.metadata.reference, 0.05, minimum_rows)


def row_of(model: FittedModel, features: pa.Table, labels: pa.Table, minimum_rows: int = 100) -> dict[str, Any]:
    return performance_row(scored(model, features), labels, KEYS, "late", "time_hour", standard(model, minimum_rows))


def test_performance_counts_labelled_rows_only(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=400)
    known = labels.slice(0, 300)
    row = row_of(model, features, known)
    expected = evaluate(known["late"].to_numpy(), model.predict(features.slice(0, 300)))
    assert (row["rows"], row["labelled"], row["model_version"]) == (400, 300, 3)
    assert row["auc"] == pytest.approx(expected.auc)
    assert row["brier"] == pytest.approx(expected.brier)
    assert row["auc"] > row["baseline_auc"]
    assert row["baseline_brier"] > row["brier"]


def test_as_good_as_in_validation_holds_its_level_and_was_foreseen(model: FittedModel, months: Months) -> None:
    row = row_of(model, *months("2013-05", "2013-05", rows=2000, seed=5))

    assert (row["verdict"], row["cause"]) == ("holds", "as_estimated")
    assert row["message"].startswith(f"All rows: AUC {row['auc']:.3f}")
    assert row["validation_auc"] == model.metadata.validation.auc
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    assert row["estimated_auc_low"] < row["auc"] < row["estimated_auc_high"]


def test_labels_that_mean_something_else_are_concept_drift(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=2000, seed=5)
    shuffled = np.random.default_rng(4).permutation(labels["late"].to_numpy(zero_copy_only=False))
    half = np.where(np.arange(2000) % 2 == 0, shuffled, labels["late"].to_numpy(zero_copy_only=False))
    row = row_of(model, features, labels.set_column(2, "late", pa.array(half)))

    assert (row["verdict"], row["cause"]) == ("fell", "concept_drift")
    assert "the relation between features and outcome changed" in row["explanation"]


def test_too_few_rows_tell_nothing_and_say_so(model: FittedModel, months: Months) -> None:
    row = row_of(model, *months("2013-05", "2013-05", rows=60), minimum_rows=100)

    assert (row["verdict"], row["cause"]) == ("cannot_tell", "cannot_tell")
    assert row["message"] == "All rows: too few to tell, 60 labelled rows of at least 100."


def test_performance_without_labels_is_unknown(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=50)
    row = row_of(model, features, labels.slice(0, 0))
    assert (row["rows"], row["labelled"], row["auc"], row["brier"], row["baseline_auc"]) == (50, 0, None, None, None)
    assert (row["verdict"], row["estimated_auc"]) == ("cannot_tell", None)


def test_predictions_of_two_versions_have_no_single_one(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=50)
    both = pa.concat_tables([scored(model, features.slice(0, 25)), scored(model, features.slice(25), version=4)])
    unknown = Standard(None, None, 0.05, 10)
    row = performance_row(both, labels, KEYS, "late", "time_hour", unknown)
    assert row["model_version"] is None
    assert row["message"].endswith("the validation rows give nothing to compare it with.")


def test_segments_cover_every_row_once_and_have_a_level_of_their_own(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=400)
    rows = segment_rows(
        scored(model, features),
        labels,
        features,
        keys=KEYS,
        label="late",
        event_time="time_hour",
        columns=["carrier", "hour"],
        standard=standard(model),
    )
    carriers = {row["value"]: row for row in rows if row["segment"] == "carrier"}
    assert list(carriers) == ["AA", "B6", "UA", None]
    assert sum(row["labelled"] for row in carriers.values()) == 400
    b6 = pc.fill_null(pc.equal(features["carrier"], "B6"), False)
    expected = evaluate(labels.filter(b6)["late"].to_numpy(), model.predict(features.filter(b6)))
    assert carriers["B6"]["auc"] == pytest.approx(expected.auc)
    assert model.metadata.reference is not None
    recorded = model.metadata.reference.metrics("carrier", "B6")
    assert recorded is not None
    assert (carriers["B6"]["validation_auc"], carriers["B6"]["validation_rows"]) == (recorded.auc, recorded.rows)
    assert carriers[None]["message"].startswith("carrier missing: too few to tell")
    assert {row["verdict"] for row in rows if row["segment"] == "hour"} == {"cannot_tell"}
    assert sum(row["labelled"] for row in rows if row["segment"] == "hour") == 400


@pytest.mark.parametrize(
    ("figure", "validation", "verdict"),
    [
        (Bounded(0.74, 0.73, 0.75), 0.75, "holds"),
        (Bounded(0.69, 0.68, 0.70), 0.75, "fell"),
        (Bounded(0.69, 0.60, 0.78), 0.75, "cannot_tell"),
        (Bounded(0.80, 0.79, 0.81), 0.75, "holds"),
        (None, 0.75, "cannot_tell"),
        (Bounded(0.74, 0.73, 0.75), None, "cannot_tell"),
    ],
)
def test_a_level_is_lost_only_by_more_than_is_tolerated_and_than_chance_explains(
    figure: Bounded | None, validation: float | None, verdict: str
) -> None:
    level = judge_level("2013-05", 5000, figure, validation, tolerated_loss=0.05, minimum_rows=300)
    assert level.verdict == verdict
    assert level.message.startswith("2013-05: ")


scores = st.lists(st.integers(0, 20).map(lambda value: value / 20), min_size=2, max_size=60)


@settings(max_examples=60, deadline=None)
@given(scores, st.randoms(use_true_random=False))
def test_figures_by_block_are_those_of_all_rows(values: list[float], random: Any) -> None:
    probabilities = np.array(values)
    labels = np.array([float(random.random() < 0.5) for _ in values])
    blocks = np.array([random.randrange(5) for _ in values])
    found = intervals(labels, probabilities, blocks)
    expected = auc(labels, probabilities)
    assert found.brier is not None
    assert found.brier.value == pytest.approx(brier(labels, probabilities))
    assert (found.auc is None) == (expected is None)
    if found.auc is not None:
        assert found.auc.value == pytest.approx(expected)
        assert found.auc.low <= found.auc.value <= found.auc.high


@settings(max_examples=40, deadline=None)
@given(scores)
def test_the_estimate_is_the_mean_over_every_possible_outcome(values: list[float]) -> None:
    """Against a simulation: outcomes drawn from the calibrated probabilities come to the estimate on average."""
    calibration = Calibration(scores=(0.0, 1.0), rows=(100, 100), positives=(10, 90))
    probabilities = np.array(values)
    rates = calibration.apply(probabilities)
    drawn = np.random.default_rng(1).random((4000, len(values))) < rates
    estimate = estimate_performance(calibration, probabilities)
    assert estimate is not None
    assert estimate.base_rate.value == pytest.approx(drawn.mean(), abs=0.02)
    assert estimate.brier.value == pytest.approx(((drawn - probabilities) ** 2).mean(), abs=0.02)
    better = (probabilities[:, None] > probabilities[None, :]) + 0.5 * (
        probabilities[:, None] == probabilities[None, :]
    )
    positives, negatives = drawn.astype(float), 1.0 - drawn
    ordered = np.einsum("ki,ij,kj->k", positives, better, negatives).sum()
    pairs = (positives.sum(1) * negatives.sum(1)).sum()
    assert estimate.auc is not None
    assert estimate.auc.value == pytest.approx(ordered / pairs, abs=0.03)


def test_a_paired_difference_is_surer_than_either_figure(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=1500)
    worse = model.predict(features) + np.random.default_rng(2).normal(0, 0.06, 1500)
    truth, blocks = labels["late"].to_numpy(zero_copy_only=False).astype(float), np.arange(1500) % 28
    difference = auc_difference(truth, worse, model.predict(features), blocks)
    alone = intervals(truth, worse, blocks).auc
    assert difference is not None
    assert alone is not None
    assert difference.high < 0
    assert difference.high - difference.low < alone.high - alone.low
    assert auc_difference(truth, worse, worse, blocks) == Bounded(0.0, 0.0, 0.0)


def test_a_predecessor_is_scored_on_the_rows_that_were_predicted(
    model: FittedModel,
    months: Months,
    declare: Callable[..., ModelDeclaration],
    make_set: Callable[..., TrainingSet],
) -> None:
    only_noise = replace(make_set(), features=("noise",), categorical=())
    poor = train_candidate(declare(gates=[]), only_noise).model
    features, labels = months("2013-05", "2013-05", rows=800)
    row = predecessor_row(
        scored(poor, features), labels, features, model, 2, keys=KEYS, label="late", event_time="time_hour"
    )
    truth = labels["late"].to_numpy(zero_copy_only=False).astype(float)
    assert row["predecessor_version"] == 2
    assert row["predecessor_auc"] == pytest.approx(auc(truth, model.predict(features)))
    assert row["auc_difference"] == pytest.approx(auc(truth, poor.predict(features)) - row["predecessor_auc"])
    assert row["auc_difference_low"] < row["auc_difference"] < row["auc_difference_high"] < -0.05


def test_the_plot_shows_estimates_beside_what_came_true(model: FittedModel, months: Months) -> None:
    rows = [
        {**row_of(model, *months(month, month, rows=500, seed=9)), "partition": month}
        for month in ("2013-05", "2013-06")
    ]
    svg = performance_plot_svg("AUC of late", rows)
    assert svg.count('class="estimate"') == svg.count('class="level"') == 2
    assert "2013-05" in svg
    assert performance_plot_svg("AUC of late", [{**rows[0], "auc": None}]) == ""
