"""Search for better parameters than the declared ones, on a sample, judged on rows later than those fitted on."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import feature_frame, label_values
from platform_assets.learning.declaration import ModelDeclaration, Parameter, Range
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.estimator import build_pipeline, default_parameters
from platform_assets.learning.metric_names import higher_is_better
from platform_assets.learning.metrics import evaluate
from platform_assets.learning.training_set import TrainingSet

if TYPE_CHECKING:
    import optuna

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One set of parameters, its value of the searched metric on the validation rows, and the seconds it took."""

    number: int
    parameters: dict[str, Parameter]
    value: float | None
    seconds: float


@dataclass(frozen=True)
class _Sample:
    x: Matrix
    y: Matrix
    later_x: Matrix
    later_y: Matrix


def tune(
    declaration: ModelDeclaration, training_set: TrainingSet, earlier: pa.Table, later: pa.Table
) -> tuple[dict[str, Parameter], list[Trial]]:
    """The best parameters found, and all trials in order; without a search, the declared ones and no trials.

    Trial 0 is always the declared parameters, so the result is never worse than they are on the rows compared:
    at most `search.sample_rows` of `earlier` to fit on and as many of `later` to judge by, evenly spread over time.
    Equal inputs and seed give equal trials. Because the later rows take part in the choice, the figures they give
    afterwards are slightly optimistic; the margin of a gate should exceed that.
    """
    search = declaration.search
    if search.trials == 0:
        return dict(declaration.parameters), []
    sample = _sample(declaration, training_set, earlier, later)
    study = _study(declaration)
    distributions = {name: _distribution(values) for name, values in search.space.items()}
    trials = [_run(0, declaration, training_set, sample, {})]
    _tell_declared(study, declaration, distributions, trials[0])
    for number in range(1, search.trials + 1):
        asked = study.ask(distributions)
        trials.append(_run(number, declaration, training_set, sample, asked.params))
        # Only AUC can be without a value, when the judged rows hold one class; then no trial ranks above another.
        value = trials[-1].value
        study.tell(asked, 0.0 if value is None else value)
    best = max(trials, key=lambda trial: (_rank(declaration, trial), -trial.number))
    return best.parameters, trials


def evenly_spread(rows: pa.Table, most: int) -> pa.Table:
    """At most `most` rows at even distances over the table, in its order."""
    if rows.num_rows <= most:
        return rows
    return rows.take(pa.array(np.linspace(0, rows.num_rows - 1, most).astype(np.int64)))


def _sample(declaration: ModelDeclaration, training_set: TrainingSet, earlier: pa.Table, later: pa.Table) -> _Sample:
    fitted, judged = (evenly_spread(rows, declaration.search.sample_rows) for rows in (earlier, later))
    features, categorical = training_set.features, training_set.categorical
    # Encoding is the same for all trials, so it is done once here and each trial fits the estimator alone.
    pipeline = build_pipeline(declaration.estimator, declaration.parameters, features, categorical, declaration.seed)
    encoder = pipeline[:-1]
    labels = label_values(fitted, training_set.label)
    if labels.min() == labels.max():
        raise TrainingError(
            f"The {len(labels)} sampled rows that trials are fitted on hold one class of '{training_set.label}' only. "
            f"Raise search.sample_rows ({declaration.search.sample_rows})."
        )
    return _Sample(
        x=encoder.fit_transform(feature_frame(fitted, features, categorical)),
        y=labels,
        later_x=encoder.transform(feature_frame(judged, features, categorical)),
        later_y=label_values(judged, training_set.label),
    )


def _run(
    number: int,
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    sample: _Sample,
    found: dict[str, Parameter],
) -> Trial:
    started = time.perf_counter()
    parameters = {**declaration.parameters, **found}
    pipeline = build_pipeline(
        declaration.estimator, parameters, training_set.features, training_set.categorical, declaration.seed
    )
    estimator = pipeline[-1].fit(sample.x, sample.y)
    metrics = evaluate(sample.later_y, estimator.predict_proba(sample.later_x)[:, 1])
    value = metrics.value(declaration.search.metric)
    return Trial(number, parameters, value, time.perf_counter() - started)


def _study(declaration: ModelDeclaration) -> "optuna.Study":
    import optuna

    # The sampler's usual ten random trials would use up a small budget before it learns anything.
    random_trials = max(1, min(10, declaration.search.trials // 2))
    sampler = optuna.samplers.TPESampler(seed=declaration.seed, n_startup_trials=random_trials)
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        direction = "maximize" if higher_is_better(declaration.search.metric) else "minimize"
        return optuna.create_study(direction=direction, sampler=sampler)
    finally:
        optuna.logging.set_verbosity(level)


def _distribution(values: Range) -> "optuna.distributions.BaseDistribution":
    from optuna.distributions import FloatDistribution, IntDistribution

    if values.integer:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


def _tell_declared(
    study: "optuna.Study", declaration: ModelDeclaration, distributions: dict[str, Any], trial: Trial
) -> None:
    """Let the sampler learn from trial 0 where the declared values lie inside the space."""
    import optuna

    known = {**default_parameters(declaration.estimator), **declaration.parameters}
    values = {name: known.get(name) for name in distributions}
    inside = all(_inside(values[name], ranges) for name, ranges in declaration.search.space.items())
    if inside and trial.value is not None:
        study.add_trial(optuna.trial.create_trial(params=values, distributions=distributions, value=trial.value))


def _inside(value: Any, values: Range) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return values.low <= value <= values.high and (isinstance(value, int) or not values.integer)


def _rank(declaration: ModelDeclaration, trial: Trial) -> float:
    if trial.value is None:
        return -np.inf
    return trial.value if higher_is_better(declaration.search.metric) else -trial.value
