"""A feature partition becomes a prediction partition: scored by the champion in charge of it."""

from __future__ import annotations

from dataclasses import replace

from platform_assets.pipeline.inputs import current_snapshot, require_partition
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import predictions_contract
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.promotion import NoChampion
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.contract import contract_window


def materialise_predictions(workspace: Workspace, product: Product, name: str, partition: str) -> Materialisation:
    """Score one partition; every row carries the model version and the feature snapshot.

    Raises:
        NoChampion: no version may predict this partition.
        PartitionNotFound: its features were not published.
    """
    from platform_assets.learning.scoring import score
    from platform_assets.learning.segment import rows_where

    model = product.models[name]
    feature_set = product.feature_sets[model.feature_set]
    contract = predictions_contract(model, feature_set)
    table = product.table(feature_set.name)
    registry = workspace.registry(name)
    version = registry.champion_in_charge(partition)
    if version is None:
        raise NoChampion(name, partition)
    snapshot, window = current_snapshot(workspace, table), contract_window(feature_set, partition)
    require_partition(workspace, feature_set, table, partition, snapshot)
    if window is None:
        raise ValueError(f"'{feature_set.name}' has no partitions.")
    rows = workspace.lake.read(table, window, snapshot_id=snapshot)
    features = rows_where(rows, model.where, f"model '{name}', {model.feature_set}")
    predictions = score(
        registry.load(version),
        version,
        features,
        keys=feature_set.keys,
        event_time=window.column,
        feature_snapshot=snapshot,
    )
    provenance = Provenance({table: snapshot}, {"model-version": str(version)})
    published = publish_rows(workspace, product.name, contract, partition, predictions, provenance)
    return replace(published, facts={"model version": version})
