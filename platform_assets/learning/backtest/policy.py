"""A compared policy, in the terms of production: what `decide` goes by, and the limits of its drift verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from platform_assets.learning.backtest import grammar
from platform_assets.learning.backtest.grammar import PolicyError, Reason
from platform_assets.learning.declaration import RetrainingDeclaration


@dataclass(frozen=True)
class ComparedPolicy:
    """A policy and what it goes by.

    Attributes:
        name: as it was written.
        drift_limits: limits of drift that replace the declared ones.
        on_rates_of_change: whether rules declared ``on_breach: retrain`` may ask for a training.
    """

    name: str
    retraining: RetrainingDeclaration
    drift_limits: Mapping[str, float] = field(default_factory=dict)
    on_rates_of_change: bool = False


def compared_policy(name: str, reasons: Sequence[Reason], declared: RetrainingDeclaration) -> ComparedPolicy:
    """The policy that these reasons make of the declared one.

    What is not set is as declared: limits, labels needed, cool-down; but a cool-down that would silence a schedule ends
    before it. Raises `PolicyError` for a reason that needs a limit which nobody set or declared.
    """
    by_name = {reason.name: reason.settings for reason in reasons}
    if grammar.AS_DECLARED in by_name:
        return ComparedPolicy(name, declared, on_rates_of_change=True)
    every = _every(name, by_name, declared)
    retraining = RetrainingDeclaration(
        minimum_labelled_partitions=declared.minimum_labelled_partitions,
        every_partitions=every,
        on_drift=grammar.DRIFT in by_name,
        on_decay=_decay(name, by_name, declared),
        on_rate_of_change=grammar.RATE_OF_CHANGE in by_name,
        minimum_new_labels=declared.minimum_new_labels,
        cool_down_partitions=_cool_down(by_name, declared, every),
    )
    settings = by_name.get(grammar.DRIFT, {})
    limits = {key: _exact(key, settings[key]) for key in grammar.DRIFT_LIMITS if key in settings}
    return ComparedPolicy(name, retraining, limits, grammar.RATE_OF_CHANGE in by_name)


def _every(name: str, reasons: Mapping[str, Mapping[str, float]], declared: RetrainingDeclaration) -> int | None:
    if grammar.MONTHLY in reasons:
        return 1
    if grammar.SCHEDULE not in reasons:
        return None
    every = reasons[grammar.SCHEDULE].get("every", declared.every_partitions)
    if every is None:
        raise PolicyError(f"Policy '{name}': after how many partitions? Write schedule:every=3, for example.")
    return int(every)


def _decay(name: str, reasons: Mapping[str, Mapping[str, float]], declared: RetrainingDeclaration) -> float | None:
    if grammar.DECAY not in reasons:
        return None
    limit = reasons[grammar.DECAY].get("auc", declared.on_decay)
    if limit is None:
        raise PolicyError(f"Policy '{name}': from which loss of AUC on? Write decay:auc=0.05, for example.")
    return limit


def _cool_down(reasons: Mapping[str, Mapping[str, float]], declared: RetrainingDeclaration, every: int | None) -> int:
    for settings in reasons.values():
        if grammar.COOL_DOWN in settings:
            return int(settings[grammar.COOL_DOWN])
    usual = declared.cool_down_partitions
    return usual if every is None else min(usual, every - 1)


def _exact(key: str, value: float) -> float:
    return int(value) if key == "min_columns" else value
