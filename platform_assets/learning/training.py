"""The one way a candidate is made: split by time, tune, fit, compare on the same rows, judge by gates, refit on all."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.baseline import SeasonalNaiveBaseline
from platform_assets.learning.beside import baseline_of, judge_beside, moment_of
from platform_assets.learning.candidate import Candidate
from platform_assets.learning.columns import label_values, require_columns
from platform_assets.learning.declaration import ModelDeclaration, Parameter
from platform_assets.learning.diagnostics import Diagnostics, diagnose
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.evaluation import Judged
from platform_assets.learning.fitting import FittedOnAll, fit_on_all, fit_pipeline
from platform_assets.learning.gates import TrainingRows, evaluate_gates
from platform_assets.learning.libraries import library_versions
from platform_assets.learning.metrics import Metrics
from platform_assets.learning.model import FittedModel, ModelMetadata, model_digest, predict_pipeline
from platform_assets.learning.performance.reference import ValidationReference, validation_reference
from platform_assets.learning.threads import BLAS_THREADS, repeatable_sums, side_by_side
from platform_assets.learning.training_set import (
    TrainingSet,
    refuse_unknown_labels,
    split_chronologically,
)
from platform_assets.learning.tuning import Trial, TrialRecords, best_trial, evenly_spread, tune
from platform_assets.learning.updating import Update, plan_update

_PARITY_ROWS = 1000


@dataclass(frozen=True)
class _Comparison:
    candidate: Metrics
    baseline: Metrics
    champion: Metrics | None
    champion_note: str
    reference: ValidationReference
    judged: Judged
    rows: TrainingRows
    diagnostics: Diagnostics
    predicted: NDArray[np.float64]


def train_candidate(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    champion: FittedModel | None = None,
    *,
    records: TrialRecords | None = None,
    on_trial: Callable[[Trial], None] | None = None,
) -> Candidate:
    """Train, tune and judge a candidate.

    Deterministic for equal rows, declaration, champion and library versions. Raises `TrainingError` if the set is
    empty, a feature is missing, the label is not binary or has one class, a row's label could not have been known, or
    the estimator cannot do what is declared.

    Args:
        champion: model in charge, which is compared with, and gone on from where `training.update` is incremental.
        records: where finished trials of a search are kept, so that a killed training resumes it.
        on_trial: called with every trial of the search as it ends.
    """
    with repeatable_sums():
        return _train(declaration, training_set, champion, records, on_trial)


def _train(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    champion: FittedModel | None,
    records: TrialRecords | None,
    on_trial: Callable[[Trial], None] | None,
) -> Candidate:
    started, cpu_started = time.perf_counter(), time.process_time()
    update = plan_update(declaration, training_set, champion)
    learned = update.learned_from(training_set)
    _check(declaration, learned)
    earlier, later = split_chronologically(learned, declaration.validation)
    _require_both_classes(earlier, learned, "rows before the validation window")
    parameters, trials = _parameters(declaration, learned, update, (earlier, later), records, on_trial)
    # The naive forecast is given all that was known, also where the model goes on from what another one learned.
    known = training_set.rows.slice(0, training_set.rows.num_rows - later.num_rows)
    comparison, fitted = side_by_side(
        lambda: _compare(declaration, learned, earlier, later, known, parameters, champion, update),
        lambda: fit_on_all(declaration, learned, later, parameters, update),
    )
    baseline = baseline_of(declaration, training_set, training_set.rows)
    model = _final_model(declaration, learned, later, parameters, comparison, fitted, update, trials, baseline)
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
            judged=comparison.judged,
            rows=comparison.rows,
            model=model,
        ),
        parameters=parameters,
        trials=trials,
        train_window=(model.metadata.trained_from, model.metadata.trained_to),
        rows=learned.rows.num_rows,
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - cpu_started,
        digest=model.metadata.digest,
        parity_rows=evenly_spread(comparison.rows.later, _PARITY_ROWS).select(training_set.features),
        validation_probabilities=comparison.predicted,
        diagnostics=comparison.diagnostics,
    )


def _parameters(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    update: Update,
    last_fold: tuple[pa.Table, pa.Table],
    records: TrialRecords | None,
    on_trial: Callable[[Trial], None] | None,
) -> tuple[dict[str, Parameter], list[Trial]]:
    if update.start is not None:
        return dict(update.start.metadata.parameters), []
    return tune(declaration, training_set, *last_fold, records=records, on_trial=on_trial)


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


def _compare(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    earlier: pa.Table,
    later: pa.Table,
    known: pa.Table,
    parameters: dict[str, Parameter],
    champion: FittedModel | None,
    update: Update,
) -> _Comparison:
    pipeline = fit_pipeline(declaration, training_set, earlier, parameters, update.start)
    predicted = predict_pipeline(pipeline, later, training_set.features, training_set.categorical)
    labels = label_values(later, training_set.label)
    beside = judge_beside(declaration, training_set, later, known, predicted, champion)
    found = beside.judged.evaluation
    return _Comparison(
        candidate=found.candidate.metrics,
        baseline=found.baseline.metrics,
        champion=beside.champion,
        champion_note=beside.note,
        reference=validation_reference(later, labels, predicted, declaration.monitoring.segments),
        judged=beside.judged,
        rows=_training_rows(training_set, earlier, later),
        diagnostics=diagnose(training_set, pipeline, earlier, later, predicted),
        predicted=predicted,
    )


def _training_rows(training_set: TrainingSet, earlier: pa.Table, later: pa.Table) -> TrainingRows:
    return TrainingRows(
        earlier=earlier,
        later=later,
        features=training_set.features,
        categorical=training_set.categorical,
        label=training_set.label,
        event_time=training_set.event_time,
    )


def _final_model(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    later: pa.Table,
    parameters: dict[str, Parameter],
    comparison: _Comparison,
    fitted: FittedOnAll,
    update: Update,
    trials: list[Trial],
    baseline: SeasonalNaiveBaseline,
) -> FittedModel:
    rows, time_column = training_set.rows, training_set.event_time
    metadata = ModelMetadata(
        name=declaration.name,
        label=training_set.label,
        event_time=time_column,
        keys=training_set.keys,
        features=training_set.features,
        categorical=training_set.categorical,
        as_of=training_set.as_of,
        trained_from=moment_of(rows, time_column, 0),
        trained_to=moment_of(rows, time_column, rows.num_rows - 1),
        rows=rows.num_rows,
        snapshots=training_set.snapshots,
        estimator=declaration.estimator,
        parameters=parameters,
        seed=declaration.seed,
        importance=fitted.importance,
        validation_from=moment_of(later, time_column, 0),
        validation=comparison.candidate,
        baseline_validation=comparison.baseline,
        reference=comparison.reference,
        digest=model_digest(fitted.probabilities, parameters, declaration.estimator),
        libraries=library_versions(declaration.estimator),
        evaluation=comparison.judged.evaluation,
        sampled_from=training_set.sampled_from,
        update=update.words,
        continued_from=update.start.metadata.digest if update.start else None,
        blas_threads=BLAS_THREADS,
        search_metric=declaration.search.metric if trials else None,
        untuned_value=trials[0].value if trials else None,
        tuned_value=best_trial(trials, declaration.search.metric).value if trials else None,
    )
    return FittedModel(fitted.pipeline, baseline, metadata)
