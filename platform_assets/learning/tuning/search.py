"""The search itself: every trial on folds whose later rows it has not seen, the same after a kill as without one."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from platform_assets.learning.declaration import ModelDeclaration, Parameter
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.threads import FITS_AT_ONCE, as_each_ends
from platform_assets.learning.training_set import TrainingSet, rolling_folds
from platform_assets.learning.tuning.fold_sample import FoldSample, evenly_spread
from platform_assets.learning.tuning.records import TrialRecords
from platform_assets.learning.tuning.space import declared_point, distributions
from platform_assets.learning.tuning.study import is_hopeless, new_study, reported_means
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
    Trials run two at a time: both are drawn before either is judged, on every machine, so that equal inputs and seed
    give equal trials, unless `search.timeout_seconds` ends the search. Because the later rows
    take part in the choice, the figures they give afterwards are slightly optimistic; the margin of a gate should
    exceed that.

    Args:
        records: where trials are kept as each ends; those of a search that was killed are not fitted again.
        on_trial: called with every trial in order, as soon as both of its pair have ended; also with those that are
            taken from the records.

    Raises:
        TrainingError: a fold cannot teach anything, or the declared parameters fail.
    """
    if declaration.search.trials == 0:
        return dict(declaration.parameters), []
    search = _Search(declaration, training_set, (earlier, later), records)
    trials: list[Trial] = []
    while len(trials) <= declaration.search.trials and not _is_spent(trials, declaration.search.timeout_seconds):
        last = min(len(trials) + FITS_AT_ONCE, declaration.search.trials + 1)
        for trial in search.next(range(len(trials), last)):
            trials.append(trial)
            if on_trial:
                on_trial(trial)
    return best_trial(trials, declaration.search.metric).parameters, trials


@dataclass(frozen=True)
class _Drawn:
    """What the sampler drew for a trial; trial 0 is declared and `asked` of nobody."""

    number: int
    parameters: dict[str, Parameter]
    asked: "optuna.Trial | None"


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
        self._study = new_study(declaration)

    def next(self, numbers: Sequence[int]) -> list[Trial]:
        """Run the one or two trials of these numbers side by side, or look them up."""
        drawn = [self._draw(number) for number in numbers]
        trials = {one.number: trial for one in drawn if (trial := self._lookup(one))}
        for one in drawn:
            if one.number in trials:
                self._replay(one.asked, trials[one.number])
        trials |= self._fit([one for one in drawn if one.number not in trials])
        for one in drawn:
            self._tell(one.asked, trials[one.number])
        return [trials[one.number] for one in drawn]

    def _draw(self, number: int) -> _Drawn:
        asked = self._study.ask(self._space) if number else None
        return _Drawn(number, {**self._declaration.parameters, **(asked.params if asked else {})}, asked)

    def _lookup(self, drawn: _Drawn) -> Trial | None:
        trial = self._recorded.get(drawn.number)
        if trial is not None and trial.parameters != drawn.parameters:
            # Where a record differs, it is of a sampler that drew otherwise, and what follows it is too.
            self._recorded = {}
            return None
        return trial

    def _fit(self, drawn: list[_Drawn]) -> dict[int, Trial]:
        """Each is recorded as it ends, so that a kill while another is being fitted does not lose it."""
        if not drawn:
            return {}
        samples, fitted = self._fold_samples(), {}
        for one, trial in as_each_ends(partial(self._fit_one, one, samples) for one in drawn):
            self._record(one, trial)
            fitted[trial.number] = trial
        return fitted

    def _fit_one(self, drawn: _Drawn, samples: list[FoldSample]) -> tuple[_Drawn, Trial]:
        return drawn, self._run(drawn, samples)

    def _record(self, drawn: _Drawn, trial: Trial) -> None:
        if self._records:
            point = drawn.asked.params if drawn.asked else declared_point(self._declaration)
            self._records.add(trial, point, self._space)

    def _run(self, drawn: _Drawn, samples: list[FoldSample]) -> Trial:
        started = time.perf_counter()
        number, parameters, asked = drawn.number, drawn.parameters, drawn.asked
        values: list[float | None] = []
        try:
            for position, sample in enumerate(samples):
                values.append(sample.judge(self._declaration, self._training_set, parameters))
                if position < len(samples) - 1 and asked and is_hopeless(asked, tuple(values)):
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
            for position, mean in reported_means(trial.fold_values, self._declaration.validation.folds).items():
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
        means = reported_means(trial.fold_values, self._declaration.validation.folds)
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
    together = (trials[first : first + FITS_AT_ONCE] for first in range(0, len(trials), FITS_AT_ONCE))
    return seconds is not None and sum(max(trial.seconds for trial in each) for each in together) >= seconds
