"""What a policy came to: quality, errors and trainings with their costs, against the naive forecast and never."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from platform_assets.learning.backtest.declaration import BacktestDeclaration
from platform_assets.learning.backtest.grammar import NEVER
from platform_assets.learning.backtest.history import Figures
from platform_assets.learning.backtest.simulation import PolicyRun, Step

SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True)
class MonthOutcome:
    """One partition under one policy; figures are None where labels are not known or do not determine them."""

    partition: str
    champion_as_of: str | None
    auc: float | None
    baseline_auc: float | None
    brier: float | None
    error_cost: float | None
    baseline_error_cost: float | None
    drift: str | None
    decision: str
    reason: str
    trained: bool
    promoted: bool
    refused_by: list[str]
    cpu_seconds: float


@dataclass(frozen=True)
class PolicyOutcome:
    """All of one policy; money is in the declared currency, None if no costs are declared.

    Attributes:
        on_drift: whether a drift that begins asks for a training.
        retrainings: trainings after the first model, refused candidates too.
        saved_against_baseline: cost of the naive forecast's errors less that of the policy's, on the same rows. The
            naive forecast is one for all policies: in each month that of the newest champion that any of them has.
        saved_against_never: cost of the errors of 'never' less that of the policy's.
        auc_gained: mean AUC less that of 'never'.
        months_better_than_never: labelled partitions in which its errors cost less, or its AUC is higher without costs.
        net_against_never: what it saves against 'never' less what its trainings cost more.
    """

    name: str
    on_drift: bool
    months: list[MonthOutcome]
    labelled_months: int
    mean_auc: float | None
    mean_brier: float | None
    auc_gained: float | None
    trainings: int
    retrainings: int
    promotions: int
    cpu_seconds: float
    compute_cost: float
    error_cost: float | None
    saved_against_baseline: float | None
    saved_against_never: float | None
    months_better_than_never: int
    net_against_never: float | None

    @property
    def retrainings_in_words(self) -> str:
        """How often it retrained."""
        return f"{self.retrainings} retraining{'' if self.retrainings == 1 else 's'}"

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return asdict(self)


def outcomes(runs: Sequence[PolicyRun], declared: BacktestDeclaration) -> list[PolicyOutcome]:
    """One outcome a run, in their order; one of the runs must be 'never', which all are compared with."""
    never = next(run for run in runs if run.policy.name == NEVER)
    naive = _newest_baselines(runs)
    return [_outcome(run, never, naive, declared) for run in runs]


def _newest_baselines(runs: Sequence[PolicyRun]) -> list[Figures | None]:
    """By partition, the figures of the newest model that any policy had in charge; its naive forecast is as new."""
    by_partition = zip(*(run.steps for run in runs), strict=True)
    return [max(steps, key=lambda step: step.in_charge or "").figures for steps in by_partition]


def _outcome(
    run: PolicyRun, never: PolicyRun, naive: Sequence[Figures | None], declared: BacktestDeclaration
) -> PolicyOutcome:
    labelled = [step for step in run.steps if step.figures]
    seconds = _cpu_seconds(run)
    saved = _difference(_cost(never), _cost(run))
    compute = _money(seconds, declared)
    return PolicyOutcome(
        name=run.policy.name,
        on_drift=run.policy.retraining.on_drift,
        months=[_month(step, figures) for step, figures in zip(run.steps, naive, strict=True)],
        labelled_months=len(labelled),
        mean_auc=_mean_auc(run),
        mean_brier=_mean([step.figures.brier for step in labelled if step.figures]),
        auc_gained=_difference(_mean_auc(run), _mean_auc(never)),
        trainings=len(run.trainings),
        retrainings=sum(step.training is not None and step.decision.code != "first_model" for step in run.steps),
        promotions=len(run.champions),
        cpu_seconds=seconds,
        compute_cost=compute,
        error_cost=_cost(run),
        saved_against_baseline=_difference(_baseline_cost(run, naive), _cost(run)),
        saved_against_never=saved,
        months_better_than_never=sum(map(_is_better, run.steps, never.steps)),
        net_against_never=_difference(saved, compute - _money(_cpu_seconds(never), declared)),
    )


def _month(step: Step, naive: Figures | None) -> MonthOutcome:
    figures = step.figures
    return MonthOutcome(
        partition=step.partition,
        champion_as_of=step.in_charge,
        auc=figures.auc if figures else None,
        baseline_auc=naive.baseline_auc if naive else None,
        brier=figures.brier if figures else None,
        error_cost=figures.cost if figures else None,
        baseline_error_cost=naive.baseline_cost if naive else None,
        drift=step.drift,
        decision=step.decision.code,
        reason=step.decision.reason,
        trained=step.training is not None,
        promoted=step.promoted,
        refused_by=[gate.name for gate in step.gates if not gate.passed],
        cpu_seconds=step.training.cpu_seconds if step.training else 0.0,
    )


def _is_better(mine: Step, other: Step) -> bool:
    if mine.figures is None or other.figures is None:
        return False
    if mine.figures.cost is not None and other.figures.cost is not None:
        return mine.figures.cost < other.figures.cost
    return (mine.figures.auc or 0.0) > (other.figures.auc or 0.0)


def _mean_auc(run: PolicyRun) -> float | None:
    return _mean([step.figures.auc for step in run.steps if step.figures])


def _cost(run: PolicyRun) -> float | None:
    return _total([step.figures.cost for step in run.steps if step.figures])


def _baseline_cost(run: PolicyRun, naive: Sequence[Figures | None]) -> float | None:
    """Over the partitions that the policy predicted."""
    return _total([other.baseline_cost for step, other in zip(run.steps, naive, strict=True) if step.figures and other])


def _cpu_seconds(run: PolicyRun) -> float:
    return sum(training.cpu_seconds for training in run.trainings)


def _money(cpu_seconds: float, declared: BacktestDeclaration) -> float:
    return cpu_seconds / SECONDS_AN_HOUR * declared.cost_per_cpu_hour


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _difference(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else more - less
