from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from platform_assets.learning.declaration import GateDeclaration, ModelDeclaration
from platform_assets.learning.evaluation import Judged, evaluate_models
from platform_assets.learning.gates import GateResult, TrainingRows, evaluate_gates
from platform_assets.learning.gates.rates import coded, single_feature_auc
from platform_assets.learning.metrics import Metrics, auc
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet


def _metrics(auc: float | None = 0.7, brier: float = 0.2) -> Metrics:
    return Metrics(rows=100, base_rate=0.3, auc=auc, brier=brier, log_loss=0.5, calibration_error=0.02)


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        ({"metric": "auc", "at_least": 0.7}, True),
        ({"metric": "auc", "at_least": 0.71}, False),
        ({"metric": "brier", "at_most": 0.2}, True),
        ({"metric": "calibration_error", "at_most": 0.01}, False),
        ({"metric": "auc", "better_than": "baseline", "margin": 0.05}, True),
        ({"metric": "auc", "better_than": "baseline", "margin": 0.15}, False),
        ({"metric": "brier", "better_than": "baseline", "margin": 0.04}, True),
        ({"metric": "brier", "better_than": "baseline", "margin": 0.06}, False),
        ({"metric": "auc", "better_than": "champion"}, False),
        ({"metric": "auc", "better_than": "champion", "margin": -0.01}, True),
    ],
)
def test_gate(gate: dict[str, object], passed: bool) -> None:
    declared = GateDeclaration.model_validate({"name": "g", **gate})
    [result] = evaluate_gates([declared], _metrics(), _metrics(auc=0.6, brier=0.25), _metrics())
    assert result.passed is passed
    assert result.threshold is not None


def test_a_first_model_passes_a_champion_gate_and_says_why() -> None:
    gate = GateDeclaration(name="g", metric="auc", better_than="champion", margin=0.1)
    [result] = evaluate_gates([gate], _metrics(), _metrics(), None)
    assert result.passed
    assert "no champion yet" in result.message


@pytest.mark.parametrize("rule", [{"at_least": 0.1}, {"better_than": "baseline"}])
def test_an_unknown_figure_fails_and_says_what_to_do(rule: dict[str, object]) -> None:
    gate = GateDeclaration.model_validate({"name": "g", "metric": "auc", **rule})
    [result] = evaluate_gates([gate], _metrics(auc=None), _metrics(), None)
    assert not result.passed
    assert "one class only" in result.message


def test_the_champions_rows_are_told() -> None:
    gate = GateDeclaration(name="g", metric="auc", better_than="champion")
    [result] = evaluate_gates([gate], _metrics(), _metrics(), _metrics(), champion_note=" (on other rows)")
    assert "champion's 0.7000 (on other rows)" in result.message


DAYS = 20
NAMES = ["JFK"] * 600 + ["EWR"] * 350 + ["LGA"] * 50


def _judged(champion: bool = True) -> Judged:
    """A good candidate, a baseline that knows nothing, and a champion that is nearly as good."""
    rng = np.random.default_rng(0)
    risk = rng.normal(size=1000)
    y = (rng.random(1000) < 1 / (1 + np.exp(-2 * risk))).astype(float)
    micros = np.arange(1000) % DAYS * 86_400_000_000
    p = 1 / (1 + np.exp(-2 * risk))
    # EWR's flights are ranked well, but their risk is overstated.
    p[600:950] = p[600:950] ** 0.5
    models = {"candidate": p, "baseline": np.full(1000, 0.5), "champion": p * 0.9 + 0.1 * rng.random(1000)}
    if not champion:
        del models["champion"]
    rows = pa.table({"origin": NAMES, "row": np.arange(1000)})
    return evaluate_models(rows, y, micros, models, segments=["origin"], champion_note="" if champion else " (old)")


def _answer(gate: dict[str, object], judged: Judged | None = None, **evidence: Any) -> GateResult:
    judged = judged or _judged()
    declared = GateDeclaration.model_validate({"name": "g", **gate})
    figures = [getattr(judged.evaluation, name) for name in ("candidate", "baseline", "champion")]
    metrics = [each.metrics if each else _metrics() for each in figures]
    note = judged.evaluation.champion_note
    [result] = evaluate_gates([declared], *metrics, champion_note=note, judged=judged, **evidence)
    return result


def test_a_sure_gain_lies_above_the_margin_with_its_whole_interval() -> None:
    sure = {"metric": "auc", "better_than": "baseline", "margin": 0.1, "confidence": 0.95}
    passed = _answer(sure)
    assert passed.passed
    assert passed.value is not None
    assert passed.threshold == 0.1 < passed.value
    assert "with 95% confidence between" in passed.message
    gain = _judged().evaluation.gains["baseline"]["auc"]
    between = ((gain.low or 0) + gain.value) / 2
    refused = _answer({**sure, "margin": between})
    assert not refused.passed
    assert "not surely more than the required" in refused.message
    assert _answer({**sure, "margin": between, "confidence": None}).passed


def test_a_gain_that_cannot_be_told_for_sure_is_refused_with_the_reason() -> None:
    gate = {"metric": "auc", "better_than": "champion", "margin": -0.5, "confidence": 0.95}
    result = _answer(gate, _judged(champion=False))
    assert not result.passed
    assert "cannot be told (old)" in result.message


@pytest.mark.parametrize(
    ("gate", "passed", "says"),
    [
        ({"column": "origin", "metric": "auc", "at_least": 0.7}, True, "The worst of 2 segments, origin "),
        ({"column": "origin", "metric": "auc", "at_least": 0.95}, False, "is not at least 0.9500"),
        ({"column": "origin", "metric": "calibration_error", "at_most": 0.05}, False, "origin EWR (350 rows)"),
        ({"column": "origin", "metric": "auc", "at_least": 0.7, "minimum_rows": 40}, True, "of 3 segments"),
        ({"column": "origin", "metric": "auc", "at_least": 0.7, "minimum_rows": 900}, False, "lower minimum_rows"),
    ],
)
def test_worst_segment(gate: dict[str, object], passed: bool, says: str) -> None:
    result = _answer({"worst_segment": gate})
    assert result.passed is passed
    assert says in result.message


@pytest.mark.parametrize(
    ("gate", "passed", "says"),
    [
        ({"column": "origin", "metric": "auc", "at_most": 0.2}, True, "not more than the allowed 0.2000"),
        ({"column": "origin", "rate": "bias", "at_most": 0.02}, False, "for origin EWR and"),
        ({"column": "origin", "rate": "mean_probability", "at_most": 0.01}, False, "more than the allowed 0.0100"),
        ({"column": "origin", "rate": "bias", "at_most": 0, "minimum_rows": 600}, True, "difference of 0.0000"),
    ],
)
def test_segment_difference(gate: dict[str, object], passed: bool, says: str) -> None:
    result = _answer({"segment_difference": gate})
    assert result.passed is passed
    assert says in result.message


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ({"model_bytes": {"at_most": 1000}}, "bytes, more than the allowed 1,000."),
        ({"latency_ms": {"rows": 500, "at_most": 0.001}}, "ms, more than the allowed 0.001 ms (median of 3)."),
    ],
)
def test_size_and_latency(
    declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet], gate: dict[str, Any], says: str
) -> None:
    [(kind, rule)] = gate.items()
    gates = [{"name": "strict", **gate}, {"name": "generous", kind: {**rule, "at_most": 10_000_000}}]
    strict, generous = train_candidate(declare(gates=gates), make_set()).gates
    assert (strict.passed, generous.passed) == (False, True)
    assert says in strict.message
    assert strict.value is not None
    assert strict.value > strict.threshold


def _rows(**columns: Any) -> TrainingRows:
    """Half to learn from and half to be judged on; `late` follows `risk`."""
    rng = np.random.default_rng(4)
    risk = rng.normal(size=4000)
    late = rng.random(4000) < 1 / (1 + np.exp(-2 * risk))
    moments = pa.array(np.arange(4000) * 3_600_000_000, pa.timestamp("us", tz="UTC"))
    made = {name: make(late, rng) if callable(make) else make for name, make in columns.items()}
    table = pa.table({"time": moments, "late": late, "risk": risk, **made})
    text = tuple(name for name in made if pa.types.is_string(table.schema.field(name).type))
    return TrainingRows(
        earlier=table.slice(0, 3000),
        later=table.slice(3000),
        features=("risk", *made),
        categorical=text,
        label="late",
        event_time="time",
    )


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (np.ones(4000), "is 1.0 in all 3,000 rows to learn from"),
        (pa.nulls(4000, pa.float64()), "is missing in all 3,000 rows to learn from"),
        (np.full(4000, np.nan), "is missing in all 3,000 rows to learn from"),
        (np.r_[np.arange(3000), np.zeros(1000)], "is 0.0 in all 1,000 rows to be judged on"),
        (pa.array(["x"] * 4000), "is x in all 3,000 rows"),
        (pa.array([None, 1.0] * 2000), None),
        (np.r_[[1.0], np.zeros(1998), [1.0], np.arange(2000)], None),
    ],
)
def test_constant_features(column: Any, told: str | None) -> None:
    result = _answer({"constant_features": {}}, rows=_rows(broken=column))
    assert result.passed is (told is None)
    assert told is None or f"broken {told}" in result.message
    assert _answer({"constant_features": {"allowed": ["broken"]}}, rows=_rows(broken=column)).passed


LEAKS: dict[str, Callable[[Any, Any], Any]] = {
    "the label itself": lambda late, _: late.astype(float),
    "turned round": lambda late, _: 1.0 - late,
    "minutes": lambda late, rng: np.where(late, rng.uniform(15, 90, 4000), rng.uniform(-30, 15, 4000)),
    "a hump": lambda late, rng: np.where(late, rng.uniform(-1, 1, 4000), rng.choice([-5.0, 5.0], 4000)),
    "a name": lambda late, rng: pa.array(np.where(late, rng.choice(["a", "b"], 4000), "c").tolist()),
    "being missing": lambda late, rng: pa.array(rng.normal(size=4000), mask=late),
    "lately only": lambda late, rng: np.where(np.arange(4000) < 3000, rng.normal(size=4000), late),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_a_leaked_label_is_found_in_any_disguise(leak: Callable[[Any, Any], Any]) -> None:
    result = _answer({"leaked_label": {"auc_at_most": 0.95}}, rows=_rows(written_later=leak))
    assert not result.passed
    assert "Leaked label: written_later (auc " in result.message
    assert "risk" not in result.message


def test_a_telling_feature_is_no_leak() -> None:
    result = _answer({"leaked_label": {}}, rows=_rows(noise=lambda _, rng: rng.normal(size=4000)))
    assert result.passed
    assert "the most telling, risk, has auc 0.8" in result.message


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_the_auc_of_rates_is_that_of_ranking_rows_by_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, y = rng.integers(0, 6, 200).astype(float), rng.integers(0, 2, 200).astype(float)
    y[100:102] = 0, 1
    overall = y[:100].mean()
    same = values[:100, None] == values[None, 100:]
    rates = (y[:100] @ same + 10 * overall) / (same.sum(axis=0) + 10)
    feature = coded(pa.table({"f": values.astype(str).tolist()}), "f", ["f"])
    found = single_feature_auc(feature, y, np.arange(200) >= 100)
    assert found == pytest.approx(auc(y[100:], rates))


def _shuffled(rows: TrainingRows, chosen: slice) -> TrainingRows:
    """The labels of a stretch of the rows to learn from belong to other rows of it."""
    labels = rows.earlier["late"].to_numpy().copy()
    labels[chosen] = np.random.default_rng(0).permutation(labels[chosen])
    return replace(rows, earlier=rows.earlier.set_column(1, "late", pa.array(labels)))


def test_a_month_with_shuffled_labels_is_named() -> None:
    gate = {"shuffled_labels": {}}
    sound = _rows()
    assert _answer(gate, rows=sound).passed
    # The second month of hourly rows: 31 days of January come before it.
    result = _answer(gate, rows=_shuffled(sound, slice(31 * 24, 59 * 24)))
    assert not result.passed
    assert "Shuffled labels: in 1970-02 (auc 0." in result.message
    assert "1970-01" not in result.message


def test_a_gate_without_its_evidence_says_so() -> None:
    gate = GateDeclaration.model_validate({"name": "g", "leaked_label": {}})
    with pytest.raises(ValueError, match="gate 'g' looks at the training set, which evaluate_gates was not given"):
        evaluate_gates([gate], _metrics(), _metrics(), None)


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ({"at_least": 0.5}, "has at_least but no metric"),
        ({"metric": "auc", "leaked_label": {}}, "leaked_label takes no metric beside it"),
        ({"leaked_label": {}, "shuffled_labels": {}}, "has leaked_label and shuffled_labels"),
        ({"metric": "auc", "at_least": 0.5, "confidence": 0.9}, "confidence but no better_than"),
        ({"name": "parity", "leaked_label": {}}, "every model has a check of that name"),
        ({"worst_segment": {"column": "o", "metric": "auc", "at_most": 0.5}}, "auc is better when higher"),
        ({"worst_segment": {"column": "o", "metric": "auc"}}, "exactly one of at_least and at_most"),
        ({"segment_difference": {"column": "o", "at_most": 1}}, "exactly one of metric and rate"),
    ],
)
def test_a_wrong_gate_says_what_to_do(gate: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        GateDeclaration.model_validate({"name": "g", **gate})
