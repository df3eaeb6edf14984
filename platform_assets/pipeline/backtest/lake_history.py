"""History as the lake holds it: stored features, labels and profiles, asked by policies side by side."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.learning.backtest.history import Figures, Trained
from platform_assets.pipeline.backtest.predicted import NO_VERSION, Predicted, beside_predecessor, predict
from platform_assets.pipeline.backtest.published import Published
from platform_assets.pipeline.backtest.shared import Shared
from platform_assets.pipeline.backtest.simulated_profiles import SimulatedProfiles
from platform_assets.pipeline.backtest.training_key import training_key
from platform_assets.pipeline.backtest.trainings import KeptTraining, keep, load, train
from platform_assets.pipeline.drift_report import compare_windows
from platform_assets.pipeline.drift_weights import Weights, weights_by_importance
from platform_assets.pipeline.drift_windows import predictions_before, windows_of
from platform_assets.pipeline.model_tables import predictions_contract
from platform_assets.pipeline.rate_of_change import (
    breaches_that_ask_for_a_training,
    rules_that_ask_for_a_training,
    unbroken_breaches,
)
from platform_assets.pipeline.training import training_rows

if TYPE_CHECKING:
    from platform_assets.learning.declaration import RollbackDeclaration
    from platform_assets.learning.gates import GateResult
    from platform_assets.learning.training_set import TrainingSet
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.pipeline.workspace import Workspace
    from platform_assets.quality.profile import TableProfile

TRAININGS, GATES, SCORES, VERDICTS, BREACHES = "trainings", "gate answers", "scores", "drift verdicts", "rate breaches"
PREDECESSORS = "comparisons with the champion before"


class LakeHistory:
    """Answers what a simulation asks, from the lake as it is when this is made; implements `History`.

    Args:
        folder: where trainings are kept for the next backtest.
        until: last partition that is decided on; by default the newest.

    Raises:
        NoHistory: there is nothing to train or judge on.
    """

    def __init__(
        self,
        workspace: Workspace,
        product: Product,
        model: MonitoredModelDeclaration,
        folder: Path,
        until: str | None = None,
    ) -> None:
        self._workspace, self._product, self._model, self._folder = workspace, product, model, folder
        self._published = Published(workspace, product, model, until)
        self.shared = Shared()
        self.reused = 0
        self._training_set = functools.lru_cache(maxsize=1)(self._read_training_set)
        self._rows = functools.lru_cache(maxsize=1)(self._published.rows)

    @property
    def partitions(self) -> Sequence[str]:
        """Partitions for which a retraining is decided, in order."""
        return self._published.decided

    @property
    def delay(self) -> int:
        """Partitions that pass until a label is known."""
        return self._model.label.delay_partitions

    @property
    def rollback(self) -> RollbackDeclaration | None:
        """As the model declares it, under every policy."""
        return self._model.rollback

    def labelled_partitions(self, as_of: str) -> int:
        """Number of partitions whose labels are known as of one."""
        return len(self._published.trained_on(as_of))

    def train(self, as_of: str) -> Trained:
        """The training as of a partition; taken from an earlier backtest if nothing that it depends on changed."""
        self.shared.ask(TRAININGS)
        return self._trained(as_of).trained()

    def judge(self, as_of: str, champion: str | None) -> list[GateResult]:
        """The gates' answers on the training as of a partition, against a policy's champion."""
        from platform_assets.learning.backtest.judging import judge

        def answers() -> list[GateResult]:
            other = self._trained(champion).model if champion else None
            made, rows = self._trained(as_of), self._training_set(as_of)
            return judge(self._model, made.model, made.probabilities, made.gates, rows, other)

        self.shared.ask(GATES)
        return self.shared.once(GATES, (as_of, champion), answers)

    def figures(self, model: str, partition: str) -> Figures | None:
        """How a model's predictions of a partition turned out."""
        self.shared.ask(SCORES)
        return self._predicted(model, partition).figures

    def drift_verdict(self, partition: str, in_charge: Mapping[str, str], limits: Mapping[str, float]) -> str:
        """Verdict on a partition under a policy's champions and limits."""
        before = in_charge.get(predictions_before(self._model, partition))

        def verdict() -> str:
            drift = self._model.drift.model_copy(update=dict(limits))
            model = self._model.model_copy(update={"drift": drift})
            windows = windows_of(
                self._workspace,
                self._product,
                model,
                partition,
                NO_VERSION,
                in_charge[partition],
                SimulatedProfiles(lambda key: self._profile(in_charge, key), list(in_charge)),
            )
            weights = self._weights(model, in_charge[partition])
            return compare_windows(self._workspace, self._product, model, partition, windows, weights).verdict

        self.shared.ask(VERDICTS)
        return self.shared.once(
            VERDICTS, (partition, in_charge[partition], before, tuple(sorted(limits.items()))), verdict
        )

    def breaches(self, as_of: str, in_charge: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """Broken rules of the features and of a policy's predictions that ask for a training."""
        features = self._product.feature_sets[self._model.feature_set]
        table = self._product.table(features.name)
        self.shared.ask(BREACHES)
        found = self.shared.once(
            BREACHES,
            as_of,
            lambda: breaches_that_ask_for_a_training(self._workspace.lake, table, features, as_of),
        )
        rules = rules_that_ask_for_a_training(predictions_contract(self._model, features))
        if not rules:
            return found
        profiles = {key: self._predicted(model, key).profile for key, model in sorted(in_charge.items())}
        own = unbroken_breaches(rules, profiles, as_of)
        return {key: [*found.get(key, []), *own.get(key, [])] for key in {**found, **own}}

    def beside_predecessor(self, model: str, predecessor: str, partition: str) -> Mapping[str, Any]:
        """Two models on the labelled rows of a partition, as the table of performance has them."""

        def compared() -> Mapping[str, Any]:
            models = (self._trained(model).model, self._trained(predecessor).model)
            return beside_predecessor(*models, self._model, self._product, self._rows(partition))

        self.shared.ask(PREDECESSORS)
        return self.shared.once(PREDECESSORS, (model, predecessor, partition), compared)

    def _weights(self, model: MonitoredModelDeclaration, as_of: str) -> Weights:
        if model.drift.weights == "equal":
            return Weights(model.drift.importance)
        return weights_by_importance(model, NO_VERSION, self._trained(as_of).model.metadata.importance)

    def _profile(self, in_charge: Mapping[str, str], partition: str) -> TableProfile | None:
        model = in_charge.get(partition)
        return self._predicted(model, partition).profile if model else None

    def _predicted(self, model: str, partition: str) -> Predicted:
        return self.shared.once(
            SCORES,
            (model, partition),
            lambda: predict(self._trained(model).model, self._model, self._product, self._rows(partition)),
        )

    def _trained(self, as_of: str) -> KeptTraining:
        return self.shared.once(TRAININGS, as_of, lambda: self._find_or_train(as_of))

    def _find_or_train(self, as_of: str) -> KeptTraining:
        folder = self._folder / training_key(self._product, self._model, as_of, self._published.files(as_of))
        found = load(folder)
        if found is not None:
            self.reused += 1
            return found
        self._published.warm_up()
        begun = time.process_time()
        made = train(self._model, self._training_set(as_of), begun)
        keep(folder, made)
        return made

    def _read_training_set(self, as_of: str) -> TrainingSet:
        return training_rows(self._workspace, self._product, self._model, as_of, self._published.snapshots)
