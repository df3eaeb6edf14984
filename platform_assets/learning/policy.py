"""When a new candidate is trained: one decision per delivered partition, with its reason and evidence on record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from platform_assets.learning import partitions
from platform_assets.learning.declaration import RetrainingDeclaration

DRIFT = "drift"
ReasonCode = Literal[
    "too_few_labels",
    "already_trained",
    "first_model",
    "cool_down",
    "decay",
    "drift",
    "rate_of_change",
    "schedule",
    "no_reason",
]


@dataclass(frozen=True)
class Evidence:
    """What is known when partition `as_of` has been delivered.

    `labelled_partitions` counts the partitions with known labels; `last_trained_as_of` is the latest training,
    promoted or not; `drift_verdicts` are the verdicts by partition, up to `as_of`, of which only "drift" counts;
    `change_breaches` are the rules of the feature set that ask for a training and were broken, by partition up to
    `as_of`; `auc` is the present champion's on its latest labelled partition, None until labels of its predictions
    arrived.
    """

    as_of: str
    labelled_partitions: int
    champion_as_of: str | None = None
    last_trained_as_of: str | None = None
    drift_verdicts: Mapping[str, str] = field(default_factory=dict)
    change_breaches: Mapping[str, Sequence[str]] = field(default_factory=dict)
    auc: float | None = None
    validation_auc: float | None = None


@dataclass(frozen=True)
class RetrainingDecision:
    """Whether to retrain; `code` is short and stable, `reason` a sentence with the figures, `evidence` JSON values."""

    retrain: bool
    code: ReasonCode
    reason: str
    evidence: dict[str, Any]


def decide(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision:
    """The first rule that applies, in this order.

    Too few labels, or already trained as of this partition: no. No champion: train, without a cool-down, because
    while nothing is served a refused candidate is best followed by another as soon as there are new labels.
    Otherwise the cool-down counts from the latest training, refused or not, since it limits cost; after it come
    decay, drift, rates of change and schedule.
    """
    for rule in (
        _too_few_labels,
        _already_trained,
        _first_model,
        _cool_down,
        _decay,
        _drift,
        _rate_of_change,
        _schedule,
    ):
        decision = rule(policy, evidence)
        if decision is not None:
            return decision
    return _no(evidence, "no_reason", f"None of the declared reasons to retrain holds as of {evidence.as_of}.")


def drift_since(evidence: Evidence) -> str | None:
    """First partition of the unbroken drift that reaches to `as_of`, or None.

    Verdicts up to the champion's own `as_of` do not count: they compared with what an earlier champion was trained on.
    """
    return _unbroken_since(evidence, [name for name, verdict in evidence.drift_verdicts.items() if verdict == DRIFT])


def breach_since(evidence: Evidence) -> str | None:
    """First partition of the unbroken breaches of rates of change that reach to `as_of`, after the champion's own."""
    return _unbroken_since(evidence, [name for name, rules in evidence.change_breaches.items() if rules])


def _unbroken_since(evidence: Evidence, found: Sequence[str]) -> str | None:
    since, partition = None, evidence.as_of
    while partition in found and partition > (evidence.champion_as_of or ""):
        since, partition = partition, partitions.previous_partition(partition)
    return since


def _too_few_labels(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    needed, known = policy.minimum_labelled_partitions, evidence.labelled_partitions
    if known >= needed:
        return None
    return _no(evidence, "too_few_labels", f"Labels of {known} partitions are known; training needs {needed}.")


def _already_trained(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    last = _last_training(evidence)
    if last < evidence.as_of:
        return None
    return _no(evidence, "already_trained", f"A candidate was trained as of {last} already, with the same labels.")


def _first_model(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    if evidence.champion_as_of is not None:
        return None
    return _yes(evidence, "first_model", f"There is no champion; labels of {evidence.labelled_partitions} partitions.")


def _cool_down(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    passed, wait = _since_training(evidence), policy.cool_down_partitions
    if passed > wait:
        return None
    return _no(
        evidence,
        "cool_down",
        f"The last training was {passed} partitions ago, as of {_last_training(evidence)}; the cool-down is {wait}.",
    )


def _decay(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    if policy.on_decay is None or evidence.auc is None or evidence.validation_auc is None:
        return None
    drop = evidence.validation_auc - evidence.auc
    if drop <= policy.on_decay:
        return None
    return _yes(
        evidence,
        "decay",
        f"AUC fell to {evidence.auc:.4f}, {drop:.4f} below the champion's validation {evidence.validation_auc:.4f}; "
        f"{policy.on_decay:g} is tolerated.",
    )


def _drift(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    since = drift_since(evidence)
    if not policy.on_drift or since is None or _last_training(evidence) >= since:
        return None
    return _yes(
        evidence, "drift", f"Drift since {since}; the last training was before, as of {_last_training(evidence)}."
    )


def _rate_of_change(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    """A rule asks by its own declaration, so the policy has no switch for it."""
    since = breach_since(evidence)
    if since is None or _last_training(evidence) >= since:
        return None
    return _yes(
        evidence,
        "rate_of_change",
        f"The rate of change of {', '.join(evidence.change_breaches[since])} is unusual since {since}; the last "
        f"training was before, as of {_last_training(evidence)}.",
    )


def _schedule(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision | None:
    every, passed = policy.every_partitions, _since_training(evidence)
    if every is None or passed < every:
        return None
    return _yes(evidence, "schedule", f"{passed} partitions since the last training; one is due every {every}.")


def _last_training(evidence: Evidence) -> str:
    """Partition of the latest training; empty, which is before any partition, if there was none."""
    return max(evidence.last_trained_as_of or "", evidence.champion_as_of or "")


def _since_training(evidence: Evidence) -> int:
    return partitions.distance(_last_training(evidence), evidence.as_of)


def _yes(evidence: Evidence, code: ReasonCode, reason: str) -> RetrainingDecision:
    return RetrainingDecision(True, code, reason, _record(evidence))


def _no(evidence: Evidence, code: ReasonCode, reason: str) -> RetrainingDecision:
    return RetrainingDecision(False, code, reason, _record(evidence))


def _record(evidence: Evidence) -> dict[str, Any]:
    return {
        **asdict(evidence),
        "drift_verdicts": dict(evidence.drift_verdicts),
        "drift_since": drift_since(evidence),
        "change_breaches": {partition: list(rules) for partition, rules in evidence.change_breaches.items()},
        "breach_since": breach_since(evidence),
    }
