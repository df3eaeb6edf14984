"""A backtest from beginning to end: policies as written, history from the lake, outcomes with what was shared."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_assets.learning.backtest.grammar import NEVER, parse_policies
from platform_assets.learning.backtest.outcome import PolicyOutcome, outcomes
from platform_assets.learning.backtest.policy import ComparedPolicy, compared_policy
from platform_assets.learning.backtest.simulation import PolicyRun, simulate
from platform_assets.pipeline.backtest.errors import UnknownModel, UpdatesItself
from platform_assets.pipeline.backtest.lake_history import LakeHistory
from platform_assets.pipeline.backtest.trainings import kept_folder

if TYPE_CHECKING:
    from pathlib import Path

    from platform_assets.learning.backtest.declaration import BacktestDeclaration
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.pipeline.workspace import Workspace


@dataclass(frozen=True)
class Backtest:
    """A finished backtest.

    Attributes:
        first, last: the partitions that it went through.
        asked, done: how often each kind of work was asked for by policies, and how often it was done.
        reused: trainings that production or an earlier backtest had left.
        seconds, cpu_seconds: of the backtest itself.
    """

    product: str
    model: str
    declared: BacktestDeclaration
    first: str
    last: str
    runs: list[PolicyRun]
    outcomes: list[PolicyOutcome]
    asked: Mapping[str, int]
    done: Mapping[str, int]
    reused: int
    seconds: float
    cpu_seconds: float

    def to_dict(self) -> dict[str, Any]:
        """All that a program may want to know, as JSON values."""
        return {
            "product": self.product,
            "model": self.model,
            "first": self.first,
            "last": self.last,
            "declared": self.declared.model_dump(mode="json"),
            "acted_on_from": self.declared.acted_on_from,
            "policies": [outcome.to_dict() for outcome in self.outcomes],
            "shared": {kind: {"asked": self.asked[kind], "done": self.done[kind]} for kind in self.asked},
            "trainings_kept_before": self.reused,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
        }


def chosen_model(product: Product, name: str | None) -> MonitoredModelDeclaration:
    """The model that is named, else the only one, else the one that is called like its product; raises UnknownModel."""
    only = next(iter(product.models)) if len(product.models) == 1 else product.name
    chosen = only if name is None else name
    if chosen not in product.models:
        raise UnknownModel(product.name, product.models, name)
    return product.models[chosen]


def compared_policies(model: MonitoredModelDeclaration, written: str) -> list[ComparedPolicy]:
    """The policies of a list, and 'never' before them, which all are compared with; raises PolicyError."""
    named = parse_policies(written, model.backtest.policies)
    reasons = {NEVER: parse_policies(NEVER, {})[NEVER], **named}
    return [compared_policy(name, found, model.retraining) for name, found in reasons.items()]


def run_backtest(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    policies: Sequence[ComparedPolicy],
    folder: Path,
    until: str | None = None,
    progress: Callable[[str], None] = lambda partition: None,
) -> Backtest:
    """Run history under each policy; writes nothing but trainings into ``folder`` (``workspace.backtests``).

    Raises:
        NoHistory: the lake holds nothing to train or judge on.
        UpdatesItself: the model's trainings depend on its champion.
    """
    if model.training.update == "incremental":
        raise UpdatesItself(model.name)
    begun, cpu_begun = time.perf_counter(), time.process_time()
    history = LakeHistory(workspace, product, model, kept_folder(folder, product, model), until)
    runs = simulate(history, policies, progress)
    return Backtest(
        product=product.name,
        model=model.name,
        declared=model.backtest,
        first=history.partitions[0],
        last=history.partitions[-1],
        runs=runs,
        outcomes=outcomes(runs, model.backtest),
        asked=dict(history.shared.asked),
        done=dict(history.shared.done),
        reused=history.reused,
        seconds=time.perf_counter() - begun,
        cpu_seconds=time.process_time() - cpu_begun,
    )
