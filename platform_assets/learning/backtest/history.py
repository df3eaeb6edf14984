"""What a simulation asks of history: trainings, figures and verdicts, each computed once for all policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from platform_assets.learning.declaration import RollbackDeclaration
from platform_assets.learning.gates import GateResult


@dataclass(frozen=True)
class Trained:
    """A finished training as of a partition: the candidate's AUC on its validation rows, and what it took."""

    as_of: str
    validation_auc: float | None
    cpu_seconds: float


@dataclass(frozen=True)
class Figures:
    """How one model's predictions of one partition turned out; None where labels do not determine a figure.

    `cost` and `baseline_cost` are in the declared currency, over the labelled rows; None if no costs are declared.
    """

    labelled: int
    auc: float | None
    brier: float | None
    baseline_auc: float | None
    cost: float | None
    baseline_cost: float | None


class History(Protocol):
    """History as it can be asked. A model is named by the partition that it was trained as of."""

    @property
    def partitions(self) -> Sequence[str]:
        """Partitions for which a retraining is decided, in order."""
        ...

    @property
    def delay(self) -> int:
        """Partitions that pass until a label is known."""
        ...

    @property
    def rollback(self) -> RollbackDeclaration | None:
        """When a champion gives way to the one before it; None if it never does by itself."""
        ...

    def labelled_partitions(self, as_of: str) -> int:
        """Number of partitions whose labels are known as of one."""
        ...

    def train(self, as_of: str) -> Trained:
        """The training as of a partition; no policy has an influence on it."""
        ...

    def judge(self, as_of: str, champion: str | None) -> list[GateResult]:
        """The gates' answers on the training as of a partition, against the champion of the policy that asks."""
        ...

    def figures(self, model: str, partition: str) -> Figures | None:
        """How a model's predictions of a partition turned out; None if the labels are not there yet."""
        ...

    def drift_verdict(self, partition: str, in_charge: Mapping[str, str], limits: Mapping[str, float]) -> str:
        """Verdict on a partition, with the models that predicted it and the partitions before under a policy."""
        ...

    def breaches(self, as_of: str, in_charge: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """Broken rules that ask for a training, by partition up to one, under a policy."""
        ...

    def beside_predecessor(self, model: str, predecessor: str, partition: str) -> Mapping[str, Any]:
        """Both on the labelled rows of a partition: the figures of `predecessor_row`, without its version."""
        ...
