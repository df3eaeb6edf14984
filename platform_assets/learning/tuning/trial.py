"""One try of a search, and how tries compare."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from platform_assets.learning.declaration import Parameter
from platform_assets.learning.metric_names import MetricName, higher_is_better

TrialState = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True)
class Trial:
    """One set of parameters and what came of it.

    `value` is the mean of the searched metric over the folds, None unless the trial is complete and every fold has a
    value; `fold_values` are those of the folds that were judged, the earliest first. `reason` says in words why a
    trial was pruned or failed. `number` 0 is the declared parameters.
    """

    number: int
    parameters: dict[str, Parameter]
    value: float | None
    seconds: float
    state: TrialState = "complete"
    reason: str = ""
    fold_values: tuple[float | None, ...] = ()


def mean_value(fold_values: tuple[float | None, ...]) -> float | None:
    """Mean over the folds; None without folds, or if one of them is without value."""
    known = [value for value in fold_values if value is not None]
    if not known or len(known) < len(fold_values):
        return None
    return float(np.mean(known))


def best_trial(trials: list[Trial], metric: MetricName) -> Trial:
    """The trial with the best value, the earliest of equals; without any value the first."""
    sign = 1.0 if higher_is_better(metric) else -1.0

    def rank(trial: Trial) -> tuple[float, int]:
        return (-np.inf if trial.value is None else sign * trial.value), -trial.number

    return max(trials, key=rank)
