"""The one way a candidate is made: split by time, tune, fit, compare on the same rows, judge by gates, refit on all."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa

from platform_assets.learning.baseline import SeasonalNaiveBaseline
from platform_assets.learning.columns import epoch_micros, feature_frame, label_values, require_columns
from platform_assets.learning.declaration import ModelDeclaration, Parameter
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.estimator import build_pipeline
from platform_assets.learning.gates import GateResult, evaluate_gates
from platform_assets.learning.importance import permutation_importance
from platform_assets.learning.metrics import Metrics, evaluate
from platform_assets.learning.model import FittedModel, ModelMetadata, model_digest, predict_pipeline
from platform_assets.learning.training_set import TrainingSet, refuse_unknown_labels, split_chronologically
from platform_assets.learning.tuning import Trial, tune

_LIBRARIES = ("scikit-learn", "numpy", "pyarrow", "pandas", "optuna", "joblib")


@dataclass(frozen=True)
class Candidate:
    """A trained model with everything needed to decide on it; the metrics are of one fitted on earlier rows only."""

    model: FittedModel
    metrics: Metrics
    baseline_metrics: Metrics
    champion_metrics: Metrics | None
    gates: list[GateResult]
    parameters: dict[str, Parameter]
    trials: list[Trial]
    train_window: tuple[str, str]
    rows: int
    seconds: float
    digest: str

    @property
    def accepted(self) -> bool:
        """Whether every gate was passed."""
        return all(gate.passed for gate in self.gates)


@dataclass(frozen=True)
class _Comparison:
    candidate: Metrics
    baseline: Metrics
    champion: Metrics | None
    champion_note: str


def train_candidate(
    declaration: ModelDeclaration, training_set: TrainingSet, champion: FittedModel | None = None
) -> Candidate:
    """Train, tune and judge a candidate.

    Deterministic for equal rows, declaration and library versions. Raises `TrainingError` if the set is empty, a
    feature is missing, the label is not binary or has one class, or a row's label could not have been known.
    """
    started = time.perf_counter()
    _check(declaration, training_set)
    earlier, later = split_chronologically(training_set, declaration.validation)
    _require_both_classes(earlier, training_set, "rows before the validation window")
    parameters, trials = tune(declaration, training_set, earlier, later)
    comparison = _compare(declaration, training_set, earlier, later, parameters, champion)
    model = _final_model(declaration, training_set, later, parameters, comparison)
    return Candidate(
        model=model,
        metrics=comparison.candidate,
        baseline_metrics=comparison.baseline,
        champion_metrics=comparison.champion,
        gates=evaluate_gates(
            declaration.gates,
            comparison.candidate,
            comparison.baseline,
            comparison.champion,
            champion_note=comparison.champion_note,
        ),
        parameters=parameters,
        trials=trials,
        train_window=(model.metadata.trained_from, model.metadata.trained_to),
        rows=training_set.rows.num_rows,
        seconds=time.perf_counter() - started,
        digest=model.metadata.digest,
    )


def fit_pipeline(
    declaration: ModelDeclaration, training_set: TrainingSet, rows: pa.Table, parameters: dict[str, Parameter]
) -> Any:
    """The declared pipeline with these parameters, fitted on these labelled rows."""
    features, categorical = training_set.features, training_set.categorical
    pipeline = build_pipeline(declaration.estimator, parameters, features, categorical, declaration.seed)
    return pipeline.fit(feature_frame(rows, features, categorical), label_values(rows, training_set.label))


def _check(declaration: ModelDeclaration, training_set: TrainingSet) -> None:
    rows = training_set.rows
    what = f"model '{declaration.name}', training set as of {training_set.as_of}"
    if rows.num_rows == 0:
        raise TrainingError(f"{what}: it is empty, but a model needs labelled rows. Train as of a later partition.")
    require_columns(rows, [*training_set.features, training_set.event_time, *training_set.keys], what, TrainingError)
    _require_both_classes(rows, training_set, "training set")
    refuse_unknown_labels(rows, training_set.event_time, training_set.as_of, declaration.label.delay_partitions)


def _require_both_classes(rows: pa.Table, training_set: TrainingSet, what: str) -> None:
    classes = np.unique(label_values(rows, training_set.label))
    if len(classes) < 2:
        raise TrainingError(
            f"Label '{training_set.label}' is {int(classes[0])} in all {rows.num_rows} {what} as of "
            f"{training_set.as_of}, but a model needs both classes. Check the label function or add partitions."
        )


def _baseline(declaration: ModelDeclaration, training_set: TrainingSet, rows: pa.Table) -> SeasonalNaiveBaseline:
    declared = declaration.baseline
    return SeasonalNaiveBaseline.fit(rows, declared.segments, training_set.label, declared.smoothing)


def _compare(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    earlier: pa.Table,
    later: pa.Table,
    parameters: dict[str, Parameter],
    champion: FittedModel | None,
) -> _Comparison:
    pipeline = fit_pipeline(declaration, training_set, earlier, parameters)
    predicted = predict_pipeline(pipeline, later, training_set.features, training_set.categorical)
    labels = label_values(later, training_set.label)
    naive = _baseline(declaration, training_set, earlier).predict(later)
    of_champion, note = champion_metrics(champion, later, training_set)
    return _Comparison(evaluate(labels, predicted), evaluate(labels, naive), of_champion, note)


def champion_metrics(
    champion: FittedModel | None, later: pa.Table, training_set: TrainingSet
) -> tuple[Metrics | None, str]:
    """The champion on the validation rows, or its own validation where these rows would give it a false figure."""
    if champion is None:
        return None, ""
    if champion.metadata.trained_to >= _moment(later, training_set.event_time, 0):
        return champion.metadata.validation, " (on its own validation rows, because it was trained on these)"
    if not set(champion.metadata.features) <= set(later.column_names):
        return champion.metadata.validation, " (on its own validation rows, because these lack its features)"
    return evaluate(label_values(later, training_set.label), champion.predict(later)), ""


def _final_model(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    later: pa.Table,
    parameters: dict[str, Parameter],
    comparison: _Comparison,
) -> FittedModel:
    rows, time_column = training_set.rows, training_set.event_time
    pipeline = fit_pipeline(declaration, training_set, rows, parameters)
    probabilities = predict_pipeline(pipeline, later, training_set.features, training_set.categorical)
    metadata = ModelMetadata(
        name=declaration.name,
        label=training_set.label,
        event_time=time_column,
        keys=training_set.keys,
        features=training_set.features,
        categorical=training_set.categorical,
        as_of=training_set.as_of,
        trained_from=_moment(rows, time_column, 0),
        trained_to=_moment(rows, time_column, rows.num_rows - 1),
        rows=rows.num_rows,
        snapshots=training_set.snapshots,
        estimator=declaration.estimator,
        parameters=parameters,
        seed=declaration.seed,
        importance=permutation_importance(
            pipeline, later, training_set.features, training_set.categorical, declaration.seed
        ),
        validation_from=_moment(later, time_column, 0),
        validation=comparison.candidate,
        baseline_validation=comparison.baseline,
        digest=model_digest(probabilities, parameters, declaration.estimator),
        libraries={name: version(name) for name in _LIBRARIES},
    )
    return FittedModel(pipeline, _baseline(declaration, training_set, rows), metadata)


def _moment(rows: pa.Table, event_time: str, position: int) -> str:
    micros = int(epoch_micros(rows[event_time].slice(position, 1))[0])
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat()
