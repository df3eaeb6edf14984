"""History under several policies at once, partition by partition: who predicts, what is known, what is decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from platform_assets.learning import partitions
from platform_assets.learning.backtest.history import Figures, History, Trained
from platform_assets.learning.backtest.policy import ComparedPolicy
from platform_assets.learning.gates import GateResult
from platform_assets.learning.policy import Evidence, RetrainingDecision, decide


@dataclass(frozen=True)
class Step:
    """What became of one partition under one policy; `in_charge` is what the model in charge was trained as of."""

    partition: str
    in_charge: str | None
    drift: str | None
    figures: Figures | None
    decision: RetrainingDecision
    training: Trained | None = None
    gates: Sequence[GateResult] = ()

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
    champion = run.champions[-1] if run.champions else None
    drift, figures = _looked_at(history, run, partition, champion)
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
    promotion = next((step.training for step in reversed(steps) if step.promoted), None)
    last_trained = max((training.as_of for training in trainings), default=None)
    return Evidence(
        as_of=as_of,
        labelled_partitions=history.labelled_partitions(as_of),
        champion_as_of=champion,
        last_trained_as_of=last_trained,
        drift_verdicts={**verdicts, **({as_of: drift} if drift else {})},
        change_breaches=history.breaches(as_of, in_charge) if run.policy.on_rates_of_change else {},
        auc=_latest_auc(history, steps, as_of, champion),
        validation_auc=promotion.validation_auc if promotion else None,
        new_labels=_new_labels(history, steps, last_trained, as_of) if last_trained else None,
    )


def _new_labels(history: History, steps: Sequence[Step], last_trained: str, as_of: str) -> int:
    """Labelled rows of the partitions whose labels came after the latest training."""
    known, now = (partitions.offset(partition, -history.delay) for partition in (last_trained, as_of))
    return sum(step.figures.labelled for step in steps if step.figures and known < step.partition <= now)


def _latest_auc(history: History, steps: Sequence[Step], as_of: str, champion: str | None) -> float | None:
    """The champion's own AUC on the newest partition that it predicted and whose labels have arrived."""
    known = partitions.offset(as_of, -history.delay)
    own = [step for step in steps if champion and step.in_charge == champion and step.partition <= known]
    return own[-1].figures.auc if own and own[-1].figures else None
