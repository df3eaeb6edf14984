"""The sampler and pruner of a search, as Optuna has them."""

from typing import TYPE_CHECKING

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.metric_names import higher_is_better
from platform_assets.learning.tuning.quiet import quiet_optuna
from platform_assets.learning.tuning.trial import mean_value

if TYPE_CHECKING:
    import optuna


def is_hopeless(asked: "optuna.Trial", values: tuple[float | None, ...]) -> bool:
    """Tell the sampler what the folds so far gave; whether its pruner gives the trial up."""
    mean = mean_value(values)
    if mean is None:
        return False
    asked.report(mean, len(values) - 1)
    return bool(asked.should_prune())


def reported_means(values: tuple[float | None, ...], folds: int) -> dict[int, float]:
    """What is reported between folds: the mean over the folds so far, by position of the last of them."""
    means = {position: mean_value(values[: position + 1]) for position in range(min(len(values), folds - 1))}
    return {position: mean for position, mean in means.items() if mean is not None}


def new_study(declaration: ModelDeclaration) -> "optuna.Study":
    """A study in memory with the declared direction, seed and pruner."""
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
