"""The search itself: every trial on folds whose later rows it has not seen, the same after a kill as without one."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from platform_assets.learning.declaration import ModelDeclaration, Parameter
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.metric_names import higher_is_better
from platform_assets.learning.training_set import TrainingSet, rolling_folds
from platform_assets.learning.tuning.fold_sample import FoldSample, evenly_spread
from platform_assets.learning.tuning.quiet import quiet_optuna
from platform_assets.learning.tuning.records import TrialRecords
from platform_assets.learning.tuning.space import declared_point, distributions
from platform_assets.learning.tuning.trial import Trial, best_trial, mean_value

if TYPE_CHECKING:
    import optuna

__all__ = ["evenly_spread", "tune"]


def tune(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    earlier: pa.Table,
    later: pa.Table,
    *,
    records: TrialRecords | None = None,
    on_trial: Callable[[Trial], None] | None = None,
) -> tuple[dict[str, Parameter], list[Trial]]:
    """The best parameters found, and all trials in order; without a search, the declared ones and no trials.

    Trial 0 is always the declared parameters, so the result is never worse than they are on the rows compared: the
    folds of the validation, the last of which is `earlier` and `later`, at most `search.sample_rows` of each side.
    Equal inputs and seed give equal trials, unless `search.timeout_seconds` ends the search. Because the later rows
    take part in the choice, the figures they give afterwards are slightly optimistic; the margin of a gate should
    exceed that.

    Args:
        records: where finished trials are kept; those of a search that was killed are not fitted again.
        on_trial: called with every trial as it ends, also with those that are taken from the records.

    Raises:
        TrainingError: a fold cannot teach anything, or the declared parameters fail.
    """
    if declaration.search.trials == 0:
        return dict(declaration.parameters), []
    search = _Search(declaration, training_set, (earlier, later), records)
    trials: list[Trial] = []
    for number in range(declaration.search.trials + 1):
        if _is_spent(trials, declaration.search.timeout_seconds):
            break
        trials.append(search.next(number))
        if on_trial:
            on_trial(trials[-1])
    return best_trial(trials, declaration.search.metric).parameters, trials


class _Search:
    """Asks the sampler in memory and keeps what came of it; after a kill it asks again and looks up the answers.

    The sampler's draws depend on all that it was told before, so asking it anew for every recorded trial, which takes
    milliseconds, brings it to the very state in which the process was killed.
    """

    def __init__(
        self,
        declaration: ModelDeclaration,
        training_set: TrainingSet,
        last_fold: tuple[pa.Table, pa.Table],
        records: TrialRecords | None,
    ) -> None:
        self._declaration, self._training_set = declaration, training_set
        self._last_fold, self._records = last_fold, records
        self._recorded = records.finished() if records else {}
        self._samples: list[FoldSample] | None = None
        self._space = distributions(declaration.search.space)
        self._study = _study(declaration)

    def next(self, number: int) -> Trial:
        """Run the trial of this number, or look it up."""
        asked = self._study.ask(self._space) if number else None
        parameters = {**self._declaration.parameters, **(asked.params if asked else {})}
        trial = self._recorded.get(number)
        # Where a record differs, it is of a sampler that drew otherwise, and what follows it is too.
        if trial is None or trial.parameters != parameters:
            self._recorded = {}
            trial = self._run(number, parameters, asked)
            point = asked.params if asked else declared_point(self._declaration)
            if self._records:
                self._records.add(trial, point, self._space)
        else:
            self._replay(asked, trial)
        self._tell(asked, trial)
        return trial

    def _run(self, number: int, parameters: dict[str, Parameter], asked: "optuna.Trial | None") -> Trial:
        started = time.perf_counter()
        values: list[float | None] = []
        samples = self._fold_samples()
        try:
            for position, sample in enumerate(samples):
                values.append(sample.judge(self._declaration, self._training_set, parameters))
                if position < len(samples) - 1 and asked and _is_hopeless(asked, tuple(values)):
                    reason = f"worse than the median of earlier trials after {position + 1} of {len(samples)} folds"
                    seconds = time.perf_counter() - started
                    return Trial(number, parameters, None, seconds, "pruned", reason, tuple(values))
        except (ValueError, ArithmeticError) as error:
            return self._failed(number, parameters, time.perf_counter() - started, error)
        judged = tuple(values)
        return Trial(number, parameters, mean_value(judged), time.perf_counter() - started, fold_values=judged)

    def _failed(self, number: int, parameters: dict[str, Parameter], seconds: float, error: Exception) -> Trial:
        reason = f"{type(error).__name__}: {error}"
        if number == 0:
            raise TrainingError(
                f"Estimator '{self._declaration.estimator}' cannot be fitted with the declared parameters: "
                f"{reason}. Correct 'parameters'."
            ) from error
        return Trial(number, parameters, None, seconds, "failed", reason)

    def _replay(self, asked: "optuna.Trial | None", trial: Trial) -> None:
        if asked:
            for position, mean in _means(trial.fold_values, self._declaration.validation.folds).items():
                asked.report(mean, position)

    def _tell(self, asked: "optuna.Trial | None", trial: Trial) -> None:
        from optuna.trial import TrialState

        if asked is None:
            self._tell_declared(trial)
        elif trial.state == "complete":
            # Only AUC can be without a value, when the judged rows hold one class; then no trial ranks above another.
            self._study.tell(asked, 0.0 if trial.value is None else trial.value)
        else:
            states = {"pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
            self._study.tell(asked, state=states[trial.state])

    def _tell_declared(self, trial: Trial) -> None:
        from optuna.trial import create_trial

        point = declared_point(self._declaration)
        if point is None or trial.value is None:
            return
        means = _means(trial.fold_values, self._declaration.validation.folds)
        self._study.add_trial(
            create_trial(params=point, distributions=self._space, value=trial.value, intermediate_values=means)
        )

    def _fold_samples(self) -> list[FoldSample]:
        if self._samples is None:
            declaration, training_set = self._declaration, self._training_set
            folds = [*rolling_folds(training_set, declaration.validation)[:-1], self._last_fold]
            self._samples = [FoldSample.of(declaration, training_set, *fold) for fold in folds]
        return self._samples


def _is_spent(trials: list[Trial], seconds: float | None) -> bool:
    return seconds is not None and sum(trial.seconds for trial in trials) >= seconds


def _is_hopeless(asked: "optuna.Trial", values: tuple[float | None, ...]) -> bool:
    mean = mean_value(values)
    if mean is None:
        return False
    asked.report(mean, len(values) - 1)
    return bool(asked.should_prune())


def _means(values: tuple[float | None, ...], folds: int) -> dict[int, float]:
    """What is reported between folds: the mean over the folds so far, by position of the last of them."""
    means = {position: mean_value(values[: position + 1]) for position in range(min(len(values), folds - 1))}
    return {position: mean for position, mean in means.items() if mean is not None}


def _study(declaration: ModelDeclaration) -> "optuna.Study":
    import optuna

    # The sampler's usual ten random trials would use up a small budget before it learns anything.
    random_trials = max(1, min(10, declaration.search.trials // 2))
    sampler = optuna.samplers.TPESampler(seed=declaration.seed, n_startup_trials=random_trials)
    pruners = optuna.pruners
    median = declaration.search.pruner == "median"
    pruner = pruners.MedianPruner(n_startup_trials=random_trials) if median else pruners.NopPruner()
    with quiet_optuna():
        direction = "maximize" if higher_is_better(declaration.search.metric) else "minimize"
        return optuna.create_study(direction=direction, sampler=sampler, pruner=pruner)
