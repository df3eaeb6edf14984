"""Intervals, gains, calibration and segments of models on the same rows."""

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.evaluation import Evaluation, Judged, evaluate_models, resample
from platform_assets.learning.metric_names import MetricName
from platform_assets.learning.metrics import evaluate
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

DAY = 86_400_000_000


def _flights(rng: np.random.Generator, days: int = 28, a_day: int = 40) -> tuple[Any, Any, Any]:
    """Labels, moments and a forecast; what the forecast does not know is shared by all rows of a day."""
    day = np.repeat(np.arange(days), a_day)
    risk = rng.normal(size=len(day))
    late = rng.random(len(day)) < 1 / (1 + np.exp(-(risk + rng.normal(size=days)[day] - 1)))
    return late.astype(float), day * DAY + rng.integers(0, DAY, len(day)), 1 / (1 + np.exp(1 - risk))


def _judged(**changes: Any) -> Judged:
    y, micros, p = _flights(np.random.default_rng(0))
    values = {"rows": pa.table({"row": range(len(y))}), "y": y, "micros": micros}
    models = {"candidate": p, "baseline": np.full(len(y), y.mean())}
    return evaluate_models(**{**values, "probabilities": models, **changes})


@pytest.mark.parametrize("days", [8, 28])
def test_an_interval_holds_the_truth_about_as_often_as_it_says(days: int) -> None:
    # The Brier score of this forecast in the long run, from 20,000 days.
    y, _, p = _flights(np.random.default_rng(99), days=20_000, a_day=20)
    truth = float(np.mean((p - y) ** 2))
    held = 0
    for seed in range(200):
        y, micros, p = _flights(np.random.default_rng(seed), days=days, a_day=20)
        drawn = resample(micros, seed, resamples=400)
        low, high = drawn.bounds(drawn.metrics(y, p)["brier"], 0.9) or (1.0, 0.0)
        held += low <= truth <= high
    assert 0.83 <= held / 200 <= 0.96


def test_days_drawn_whole_tell_more_doubt_than_unrelated_rows_would() -> None:
    y, micros, p = _flights(np.random.default_rng(3), a_day=200)
    widths = []
    for moments in (micros, np.random.default_rng(3).permutation(micros)):
        drawn = resample(moments, 0)
        low, high = drawn.bounds(drawn.metrics(y, p)["log_loss"], 0.95) or (0.0, 0.0)
        widths.append(high - low)
    assert widths[0] > 2 * widths[1] > 0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_has_no_influence(seed: int) -> None:
    y, micros, p = _flights(np.random.default_rng(seed), days=9, a_day=12)
    order = np.random.default_rng(seed).permutation(len(y))
    rows = pa.table({"origin": np.where(p > 0.3, "EWR", "JFK")})
    models = {"candidate": p, "baseline": np.round(p, 1)}
    forward = evaluate_models(rows, y, micros, models, segments=["origin"])
    mixed = {name: values[order] for name, values in models.items()}
    backward = evaluate_models(rows.take(pa.array(order)), y[order], micros[order], mixed, segments=["origin"])
    assert _flat(forward.evaluation.model_dump()) == pytest.approx(_flat(backward.evaluation.model_dump()), abs=1e-9)


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if entries is None:
        return {path: value}
    return {key: each for name, inner in entries for key, each in _flat(inner, f"{path}.{name}").items()}


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_draw_has_the_metrics_of_the_rows_that_were_drawn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, micros, p = _flights(rng, days=6, a_day=int(rng.integers(1, 15)))
    p = np.round(p, 2)
    drawn = resample(micros, seed, resamples=1)
    again = np.repeat(np.arange(len(y)), drawn.counts[0][drawn.block].astype(int))
    expected, found = evaluate(y[again], p[again]), drawn.metrics(y, p)
    for metric in ("auc", "brier", "log_loss"):
        value = expected.value(metric)
        assert found[metric][0] == pytest.approx(np.nan if value is None else value, nan_ok=True)


def test_equal_models_have_no_gain_and_a_better_one_surely_has() -> None:
    judged = _judged()
    found = judged.evaluation
    gain = found.gains["baseline"]["brier"]
    assert gain.low is not None
    assert gain.value == pytest.approx(found.baseline.metrics.brier - found.candidate.metrics.brier)
    assert 0 < gain.low < gain.value < (gain.high or 0)
    surer = judged.gain("brier", "baseline", 0.8)
    assert surer is not None
    assert gain.low < (surer.low or 0) < gain.value
    assert judged.gain("brier", "champion", 0.8) is None
    y, micros, p = _flights(np.random.default_rng(0))
    same = evaluate_models(pa.table({"y": y}), y, micros, {"candidate": p, "baseline": p})
    assert {(each.value, each.low, each.high) for each in same.evaluation.gains["baseline"].values()} == {(0, 0, 0)}


def test_equal_rows_and_seed_give_equal_figures_and_another_seed_nearly_so() -> None:
    first, again, other = _judged().evaluation, _judged().evaluation, _judged(seed=5)
    assert first == again
    [mine, others] = (each.candidate.intervals["auc"].low for each in (first, other.evaluation))
    assert mine != others
    assert mine == pytest.approx(others, abs=0.01)


def test_too_few_days_have_figures_but_no_interval() -> None:
    y, micros, p = _flights(np.random.default_rng(1), days=4)
    found = evaluate_models(pa.table({"y": y}), y, micros, {"candidate": p, "baseline": p}).evaluation
    interval = found.candidate.intervals["auc"]
    assert (found.days, interval.low, interval.high) == (4, None, None)
    assert interval.value == found.candidate.metrics.auc


def test_calibration_bins_say_what_was_predicted_and_what_happened() -> None:
    y, _, p = _flights(np.random.default_rng(0))
    bins = _judged().evaluation.candidate.calibration
    assert sum(each.rows for each in bins) == len(y)
    order = np.argsort(p)
    for each, part in zip(bins, np.array_split(order, 10), strict=True):
        assert (each.predicted, each.observed.value) == pytest.approx((p[part].mean(), y[part].mean()))
        assert (each.observed.low or 1) <= each.observed.value <= (each.observed.high or 0)


def test_segments_partition_the_rows_and_small_ones_are_marked() -> None:
    y, micros, p = _flights(np.random.default_rng(0))
    values = ["JFK"] * 900 + ["EWR"] * 210 + [None] * 10
    rows = pa.table({"origin": pa.array(values, pa.string())})
    found = evaluate_models(rows, y, micros, {"candidate": p, "baseline": p}, segments=["origin"])
    segments = found.evaluation.candidate.segments
    assert [(each.value, each.metrics.rows, each.too_few_rows) for each in segments] == [
        ("EWR", 210, False),
        ("JFK", 900, False),
        (None, 10, True),
    ]
    assert segments[1].metrics == evaluate(y[:900], p[:900])
    assert segments[1].mean_probability == pytest.approx(p[:900].mean())


@pytest.mark.parametrize(("column", "says"), [("gate", "segments: column gate is not"), ("row", "has 1120 values")])
def test_a_column_that_is_no_segment_is_named(column: str, says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        _judged(segments=[column])


def test_a_candidate_keeps_its_evaluation(
    declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet]
) -> None:
    first = train_candidate(declare(segments=["carrier"]), make_set())
    second = train_candidate(declare(segments=["carrier"]), make_set("2013-05"), first.model)
    found = second.evaluation
    assert found is not None
    assert second.model.metadata.evaluation == found
    assert Evaluation.model_validate_json(found.model_dump_json()) == found
    assert (found.candidate.metrics, found.rows) == (second.metrics, second.metrics.rows)
    assert found.champion is not None
    assert set(found.gains) == {"baseline", "champion"}
    assert set(found.candidate.intervals) == set(get_args(MetricName))
    assert {each.value for each in found.baseline.segments} == {"AA", "B6", "UA", None}
