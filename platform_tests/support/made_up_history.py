"""A history that is made up, figure by figure, so that every turn of a policy can be provoked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from platform_assets.learning import partitions
from platform_assets.learning.backtest.grammar import parse_policy
from platform_assets.learning.backtest.history import Figures, Trained
from platform_assets.learning.backtest.policy import ComparedPolicy, compared_policy
from platform_assets.learning.declaration import RetrainingDeclaration, RollbackDeclaration
from platform_assets.learning.gates import GateResult

FIRST, LAST = "2020-02", "2021-01"
DECLARED = RetrainingDeclaration(on_decay=0.05, cool_down_partitions=1)


@dataclass
class MadeUpHistory:
    """Implements `History`; `aucs` are by model and partition, 0.8 if not set."""

    partitions: Sequence[str] = field(default_factory=lambda: partitions.between(FIRST, LAST))
    delay: int = 1
    aucs: dict[tuple[str, str], float] = field(default_factory=dict)
    drifting: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    rollback: RollbackDeclaration | None = None

    def labelled_partitions(self, as_of: str) -> int:
        return partitions.distance(FIRST, as_of) + 2 - self.delay

    def train(self, as_of: str) -> Trained:
        self.asked.append(as_of)
        return Trained(as_of, 0.8, 10.0)

    def judge(self, as_of: str, champion: str | None) -> list[GateResult]:
        return [GateResult("good", as_of not in self.refused, 0.8, 0.7, f"{as_of} against {champion}")]

    def figures(self, model: str, partition: str) -> Figures | None:
        assert model <= partition
        auc = self.aucs.get((model, partition), 0.8)
        return Figures(1000, auc, 0.1, 0.6, 1000 * (1 - auc), 400.0)

    def drift_verdict(self, partition: str, in_charge: Mapping[str, str], limits: Mapping[str, float]) -> str:
        return "drift" if partition in self.drifting else "stable"

    def breaches(self, as_of: str, in_charge: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        return {}

    def beside_predecessor(self, model: str, predecessor: str, partition: str) -> Mapping[str, Any]:
        own, its = (self.aucs.get((each, partition), 0.8) for each in (model, predecessor))
        half = 0.02
        bounds = {"auc_difference_low": own - its - half, "auc_difference_high": own - its + half}
        return {"predecessor_auc": its, "auc_difference": own - its, **bounds}


def policy(text: str) -> ComparedPolicy:
    """A policy as it is written, over a declaration with a cool-down of 1."""
    return compared_policy(text, parse_policy(text, {}), DECLARED)
