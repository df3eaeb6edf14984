"""What a decision goes by, and what follows from it for more than one rule."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from platform_assets.learning import partitions

DRIFT = "drift"


@dataclass(frozen=True)
class Evidence:
    """What is known when partition `as_of` has been delivered.

    `labelled_partitions` counts the partitions with known labels; `last_trained_as_of` is the latest training,
    promoted or not; `drift_verdicts` are the verdicts by partition, up to `as_of`, of which only "drift" counts;
    `change_breaches` are the rules of the feature set that ask for a training and were broken, by partition up to
    `as_of`; `aucs` are the present champion's own by labelled partition, and `label_delay` says how many partitions
    later a label is known; `new_labels` counts the labelled rows that the latest training could not know, None if
    nobody counted.
    """

    as_of: str
    labelled_partitions: int
    champion_as_of: str | None = None
    last_trained_as_of: str | None = None
    drift_verdicts: Mapping[str, str] = field(default_factory=dict)
    change_breaches: Mapping[str, Sequence[str]] = field(default_factory=dict)
    aucs: Mapping[str, float] = field(default_factory=dict)
    label_delay: int = 0
    validation_auc: float | None = None
    new_labels: int | None = None

    @property
    def last_training(self) -> str:
        """Partition of the latest training; empty, which is before any partition, if there was none."""
        return max(self.last_trained_as_of or "", self.champion_as_of or "")

    @property
    def since_training(self) -> int:
        """Partitions delivered since the latest training, of which there must have been one."""
        return partitions.distance(self.last_training, self.as_of)

    def record(self) -> dict[str, Any]:
        """Everything as JSON values, with what the rules read out of it."""
        return {
            **asdict(self),
            "drift_verdicts": dict(self.drift_verdicts),
            "aucs": dict(self.aucs),
            "drift_since": drift_since(self),
            "change_breaches": {partition: list(rules) for partition, rules in self.change_breaches.items()},
            "breach_since": breach_since(self),
        }


def drift_since(evidence: Evidence) -> str | None:
    """First partition of the unbroken drift that reaches to `as_of`, or None.

    A new champion does not break it: a season that drifts away from every training would retrain for ever.
    """
    return _unbroken_until(
        evidence.as_of, [name for name, verdict in evidence.drift_verdicts.items() if verdict == DRIFT]
    )


def breach_since(evidence: Evidence) -> str | None:
    """First partition of the unbroken breaches of rates of change that reach to `as_of`, or None."""
    return _unbroken_until(evidence.as_of, [name for name, rules in evidence.change_breaches.items() if rules])


def decay_known_since(evidence: Evidence, tolerated: float) -> str | None:
    """The partition with which the labels of an unbroken decay's first partition became known, or None.

    A decay is unbroken over labelled partitions, one after the other, on which the champion's AUC lies below its
    validation by more than is tolerated; it has to reach to the newest of them.
    """
    if evidence.validation_auc is None or not evidence.aucs:
        return None
    below = [name for name, auc in evidence.aucs.items() if evidence.validation_auc - auc > tolerated]
    since = _unbroken_until(max(evidence.aucs), below)
    return None if since is None else partitions.offset(since, evidence.label_delay)


def _unbroken_until(partition: str, found: Sequence[str]) -> str | None:
    """First of the partitions found that lead to this one without a gap."""
    since = None
    while partition in found:
        since, partition = partition, partitions.previous_partition(partition)
    return since
