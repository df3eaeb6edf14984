"""History under several policies at once, partition by partition: who predicts, what is known, what is decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from platform_assets.learning import partitions
from platform_assets.learning.backtest.history import Figures, History, Trained
from platform_assets.learning.backtest.policy import ComparedPolicy
from platform_assets.learning.gates import GateResult
from platform_assets.learning.policy import (
    Evidence,
    RetrainingDecision,
    RollbackDecision,
    comparison_of,
    decide,
    decide_rollback,
    instead_of_retraining,
)


@dataclass(frozen=True)
class Step:
    """What became of one partition under one policy; `in_charge` is what the model in charge was trained as of.

    `rolled_back_to` is the earlier champion that took over after this partition.
    """

    partition: str
    in_charge: str | None
    drift: str | None
    figures: Figures | None
    decision: RetrainingDecision
    training: Trained | None = None
    gates: Sequence[GateResult] = ()
    rolled_back_to: str | None = None

    @property
    def promoted(self) -> bool:
        """Whether a candidate was trained and passed every gate."""
        return self.training is not None and all(gate.passed for gate in self.gates)


@dataclass
class PolicyRun:
    """One policy's way through history."""

    policy: ComparedPolicy
    steps: list[Step] = field(default_factory=list)

    @property
    def trainings(self) -> list[Trained]:
        """Every training that the policy asked for, refused ones too."""
        return [step.training for step in self.steps if step.training]

    @property
    def champions(self) -> list[str]:
        """What its champions were trained as of, in order of promotion."""
        return [step.partition for step in self.steps if step.promoted]

    @property
    def succession(self) -> list[str]:
        """Champions that came one after the other, the present one last; a rollback undoes later promotions."""
        found: list[str] = []
        for step in self.steps:
            if step.rolled_back_to is not None:
                del found[found.index(step.rolled_back_to) + 1 :]
            elif step.promoted:
                found.append(step.partition)
        return found

    @property
    def in_charge(self) -> dict[str, str]:
        """The model that predicted each partition."""
        return {step.partition: step.in_charge for step in self.steps if step.in_charge}


def simulate(
    history: History, policies: Sequence[ComparedPolicy], progress: Callable[[str], None] = lambda partition: None
) -> list[PolicyRun]:
    """Run all policies through history side by side; at each partition they share what is computed for it."""
    runs = [PolicyRun(policy) for policy in policies]
    for partition in history.partitions:
        progress(partition)
        for run in runs:
            run.steps.append(_step(history, run, partition))
    return runs


def _step(history: History, run: PolicyRun, partition: str) -> Step:
    """As in production: the champion in charge predicts, the report is made, then it is decided."""
    succession = run.succession
    champion = succession[-1] if succession else None
    drift, figures = _looked_at(history, run, partition, champion)
    rollback = _rollback(history, run, partition)
    if rollback is not None:
        decision = instead_of_retraining(rollback, partition)
        return Step(partition, champion, drift, figures, decision, rolled_back_to=succession[-2])
    decision = decide(run.policy.retraining, _evidence(history, run, partition, champion, drift))
    if not decision.retrain:
        return Step(partition, champion, drift, figures, decision)
    training, gates = history.train(partition), history.judge(partition, champion)
    in_charge = champion
    if champion is None and all(gate.passed for gate in gates):
        # The first model serves the partition that it was born in.
        in_charge = partition
        drift, figures = _looked_at(history, run, partition, in_charge)
    return Step(partition, in_charge, drift, figures, decision, training, gates)


def _looked_at(
    history: History, run: PolicyRun, partition: str, model: str | None
) -> tuple[str | None, Figures | None]:
    if model is None:
        return None, None
    in_charge = {**run.in_charge, partition: model}
    return history.drift_verdict(partition, in_charge, run.policy.drift_limits), history.figures(model, partition)


def _evidence(history: History, run: PolicyRun, as_of: str, champion: str | None, drift: str | None) -> Evidence:
    """What production's tables would have said at that time."""
    steps, trainings = run.steps, run.trainings
    verdicts = {step.partition: step.drift for step in steps if step.drift}
    in_charge = run.in_charge if champion is None else {**run.in_charge, as_of: champion}
    promotion = next((step.training for step in steps if champion and step.partition == champion), None)
    last_trained = max((training.as_of for training in trainings), default=None)
    return Evidence(
        as_of=as_of,
        labelled_partitions=history.labelled_partitions(as_of),
        champion_as_of=champion,
        last_trained_as_of=last_trained,
        drift_verdicts={**verdicts, **({as_of: drift} if drift else {})},
        change_breaches=history.breaches(as_of, in_charge) if run.policy.on_rates_of_change else {},
        aucs=_own_aucs(history, steps, as_of, champion),
        label_delay=history.delay,
        validation_auc=promotion.validation_auc if promotion else None,
        new_labels=_new_labels(history, steps, last_trained, as_of) if last_trained else None,
    )


def _new_labels(history: History, steps: Sequence[Step], last_trained: str, as_of: str) -> int:
    """Labelled rows of the partitions whose labels came after the latest training."""
    known, now = (partitions.offset(partition, -history.delay) for partition in (last_trained, as_of))
    return sum(step.figures.labelled for step in steps if step.figures and known < step.partition <= now)


def _own_aucs(history: History, steps: Sequence[Step], as_of: str, champion: str | None) -> dict[str, float]:
    """The champion's AUC by partition that it predicted and whose labels have arrived, where they determine one."""
    known = partitions.offset(as_of, -history.delay)
    own = [step for step in steps if champion and step.in_charge == champion and step.partition <= known]
    return {step.partition: step.figures.auc for step in own if step.figures and step.figures.auc is not None}


def _rollback(history: History, run: PolicyRun, partition: str) -> RollbackDecision | None:
    """The decision that the champion gives way, going by the newest labelled partition; None if it stays."""
    succession, labelled = run.succession, partitions.offset(partition, -history.delay)
    if history.rollback is None or len(succession) < 2 or run.in_charge.get(labelled) != succession[-1]:
        return None
    champion, before = succession[-1], succession[-2]
    own, its = history.figures(champion, labelled), history.figures(before, labelled)
    if own is None or its is None or own.auc is None or its.auc is None:
        return None
    if own.auc - its.auc >= -history.rollback.margin:
        # The interval includes the difference itself, so that it cannot lie below the margin: no need to draw it.
        return None
    trained = [training.as_of for training in run.trainings]
    version, previous = trained.index(champion) + 1, trained.index(before) + 1
    row = {
        "model_version": version,
        "labelled": own.labelled,
        "auc": own.auc,
        **history.beside_predecessor(champion, before, labelled),
        "predecessor_version": previous,
    }
    decision = decide_rollback(history.rollback, comparison_of(labelled, row), version)
    return decision if decision.roll_back else None
