"""Which partitions a backtest can go through, and their rows and labels, read at the snapshots it began with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.learning import partitions
from platform_assets.pipeline.backtest.errors import NoHistory
from platform_assets.pipeline.backtest.training_key import training_files
from platform_assets.pipeline.inputs import current_snapshot
from platform_assets.pipeline.training import label_rows, spanning
from platform_assets.quality.profile_table import StoredProfiles

if TYPE_CHECKING:
    import pyarrow as pa

    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.pipeline.workspace import Workspace


@dataclass(frozen=True)
class Rows:
    """One partition: its features, and its labels (None while they are not known)."""

    features: pa.Table
    labels: pa.Table | None
    snapshot: int


def has_history(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, until: str | None) -> bool:
    """Whether there is anything to decide on, up to a partition if one is named."""
    try:
        decided = Published(workspace, product, model, until).decided
    except NoHistory:
        return False
    return until is None or until in decided


class Published:
    """The features and labels of a model in the lake.

    Raises:
        NoHistory: there is nothing to train or judge on.
    """

    def __init__(
        self, workspace: Workspace, product: Product, model: MonitoredModelDeclaration, until: str | None
    ) -> None:
        self._workspace, self._product, self._model = workspace, product, model
        self._feature_set = product.feature_sets[model.feature_set]
        self._features, self._source = product.table(model.feature_set), product.table(model.label.dataset)
        made = StoredProfiles(workspace.lake, self._features).partitions
        delivered = StoredProfiles(workspace.lake, self._source).partitions
        self._delivered = {key for key in delivered if until is None or key <= until}
        self.decided = [key for key in made if self._is_decided(key, made) and (until is None or key <= until)]
        if not self.decided:
            raise NoHistory(model.name, model.feature_set, made)
        self.snapshots = {name: current_snapshot(workspace, name) for name in (self._features, self._source)}

    def trained_on(self, as_of: str) -> list[str]:
        """Partitions that a training as of one learns from; none before the first label is known."""
        first = self._feature_set.partitions.start if self._feature_set.partitions else as_of
        return partitions.labelled_partitions(first, as_of, self._model.label.delay_partitions)

    def files(self, as_of: str) -> dict[str, list[str]]:
        """Data files of those partitions, by table."""
        return training_files(self._workspace, self._product, self._model, as_of, self.snapshots)

    def rows(self, partition: str) -> Rows:
        """The rows of one partition that the model is for."""
        from platform_assets.learning.segment import rows_where

        snapshot = self.snapshots[self._features]
        window = spanning(self._feature_set, partition, partition)
        rows = self._workspace.lake.read(self._features, window, snapshot_id=snapshot)
        features = rows_where(rows, self._model.where, f"model '{self._model.name}', {self._model.feature_set}")
        return Rows(features, self._labels(partition), snapshot)

    def warm_up(self) -> None:
        """Import and start what the first training would otherwise pay for all."""
        import optuna  # noqa: F401

        from platform_assets.learning.estimator import build_pipeline

        build_pipeline(self._model.estimator, self._model.parameters, ["x"], [], self._model.seed)
        self._labels(self.decided[0])

    def _labels(self, partition: str) -> pa.Table | None:
        known_with = partitions.offset(partition, self._model.label.delay_partitions)
        if known_with not in self._delivered:
            return None
        snapshot = self.snapshots[self._source]
        return label_rows(self._workspace, self._product, self._model, partition, partition, snapshot)

    def _is_decided(self, key: str, made: list[str]) -> bool:
        """As the retraining sensor has it: from the model's first partition on, if nothing is missing before."""
        needed = self.trained_on(key)
        return key >= self._model.first_partition and bool(needed) and set(made).issuperset(needed)
