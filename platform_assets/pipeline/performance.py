"""Once the labels of a partition are known: how good were its predictions, for whom, and why?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from platform_assets.lake import month_window
from platform_assets.lake.version_errors import SnapshotNotFound
from platform_assets.learning import partitions
from platform_assets.pipeline.inputs import current_snapshot, require_partition
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, predictions_contract
from platform_assets.pipeline.performance_tables import performance_contract, segments_contract
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import label_rows, rows_under
from platform_assets.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from platform_assets.learning.model import FittedModel
    from platform_assets.learning.performance import Standard
    from platform_assets.quality.contract import Contract

MISSING = "(missing)"


@dataclass(frozen=True)
class Measured:
    """A partition's predictions measured against their labels: a row over all, a row a segment, and what was read."""

    partition: str
    row: Mapping[str, Any]
    segments: list[dict[str, Any]]
    snapshots: Mapping[str, int]


@dataclass(frozen=True)
class _Outcome:
    """Predictions of a partition and the labels that are known of it."""

    predictions: pa.Table
    labels: pa.Table
    version: int | None
    time: str


def materialise_performance(workspace: Workspace, product: Product, name: str, partition: str) -> Materialisation:
    """Measure the predictions of one partition and publish the row over all and those of its segments.

    Raises:
        PartitionNotFound: the predictions, or the delivery that makes the labels known, are not there.
    """
    measured = measure_performance(workspace, product, name, partition)
    if product.models[name].monitoring.segments:
        publish_segments(workspace, product, name, measured)
    return publish_performance(workspace, product, name, measured)


def measure_performance(workspace: Workspace, product: Product, name: str, partition: str) -> Measured:
    """Compare the predictions of one partition with what came true, what was expected, and the version before.

    The labels count as known once the label's dataset has the partition that follows after the declared delay.

    Raises:
        PartitionNotFound: the predictions, or the delivery that makes the labels known, are not there.
    """
    from platform_assets.learning.performance import performance_row, segment_rows

    model = product.models[name]
    keys, label = product.feature_sets[model.feature_set].keys, model.label.column
    snapshots = {table: current_snapshot(workspace, table) for table in _reads(product, model)}
    seen = _outcome(workspace, product, model, partition, snapshots)
    standard = standard_of(workspace, model, seen.version)
    row = performance_row(seen.predictions, seen.labels, keys, label, seen.time, standard)
    row |= _predecessor(workspace, product, model, partition, seen)
    segments = []
    if model.monitoring.segments:
        segments = segment_rows(
            seen.predictions,
            seen.labels,
            _with_segments(workspace, product, model, partition, seen),
            keys=keys,
            label=label,
            event_time=seen.time,
            columns=model.monitoring.segments,
            standard=standard,
        )
    return Measured(partition, row, [{**each, "model_version": row["model_version"]} for each in segments], snapshots)


def publish_performance(workspace: Workspace, product: Product, name: str, measured: Measured) -> Materialisation:
    """Publish the row over all predictions of the partition."""
    published = _publish(workspace, product, performance_contract(product.models[name]), measured, [measured.row])
    return replace(published, facts={key: value for key, value in measured.row.items() if value is not None})


def publish_segments(workspace: Workspace, product: Product, name: str, measured: Measured) -> Materialisation:
    """Publish the rows of the partition's segments."""
    rows = [{**row, "value": MISSING if row["value"] is None else row["value"]} for row in measured.segments]
    published = _publish(workspace, product, segments_contract(product.models[name]), measured, rows)
    return replace(published, facts={"below their level": [row["message"] for row in rows if row["verdict"] == "fell"]})


def standard_of(workspace: Workspace, model: MonitoredModelDeclaration, version: int | None) -> Standard:
    """What predictions of a version are held against; nothing but the declaration if several versions predicted."""
    from platform_assets.learning.performance import Standard

    declared = model.monitoring
    metadata = workspace.registry(model.name).load(version).metadata if version is not None else None
    return Standard(
        validation=metadata.validation if metadata else None,
        reference=metadata.reference if metadata else None,
        tolerated_loss=declared.tolerated_loss,
        minimum_rows=declared.minimum_rows,
    )


def only_version(predictions: pa.Table) -> int | None:
    """The version that made all predictions; None if several did, or there are none."""
    versions = predictions["model_version"].unique().to_pylist()
    return int(versions[0]) if len(versions) == 1 else None


def _reads(product: Product, model: MonitoredModelDeclaration) -> tuple[str, str]:
    return product.table(f"{model.name}_predictions"), product.table(model.label.dataset)


def _outcome(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    snapshots: Mapping[str, int],
) -> _Outcome:
    predicted, labelled = _reads(product, model)
    feature_set, dataset = product.feature_sets[model.feature_set], product.datasets[model.label.dataset]
    contract = predictions_contract(model, feature_set)
    require_partition(workspace, contract, predicted, partition, snapshots[predicted])
    known_with = partitions.offset(partition, model.label.delay_partitions)
    require_partition(workspace, dataset, labelled, known_with, snapshots[labelled])
    time = feature_set.partitions.column if feature_set.partitions else MONTH
    predictions = workspace.lake.read(predicted, month_window(partition, time), snapshot_id=snapshots[predicted])
    labels = label_rows(workspace, product, model, partition, partition, snapshots[labelled])
    return _Outcome(predictions, labels, only_version(predictions), time)


def _predecessor(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str, seen: _Outcome
) -> dict[str, Any]:
    """Figures of the version before, if the declaration asks for a comparison and it can be made."""
    from platform_assets.learning.performance.predecessor import predecessor_row

    registry = workspace.registry(model.name)
    if model.rollback is None or seen.version is None or registry.champion() != seen.version:
        return {}
    before = registry.previous_champion()
    if before is None:
        return {}
    fitted = registry.load(before)
    features = _features_read(workspace, product, model, partition, seen, fitted)
    if features is None:
        return {}
    keys, label = product.feature_sets[model.feature_set].keys, model.label.column
    return predecessor_row(
        seen.predictions, seen.labels, features, fitted, before, keys=keys, label=label, event_time=seen.time
    )


def _features_read(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    seen: _Outcome,
    fitted: FittedModel,
) -> pa.Table | None:
    """The features that the predictions were made from; None if they are not kept, or lack one of the version's."""
    (snapshot,) = seen.predictions["feature_snapshot"].unique().to_pylist()
    table = product.table(model.feature_set)
    try:
        features = workspace.lake.read(table, month_window(partition, seen.time), snapshot_id=snapshot)
    except SnapshotNotFound:
        # Retention removed it, so the partition is an old one that nothing is decided on any more.
        return None
    return features if set(fitted.metadata.features) <= set(features.column_names) else None


def _with_segments(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str, seen: _Outcome
) -> pa.Table:
    """Keys and segments of the rows; read from the features only if the predictions do not carry them."""
    wanted = list(dict.fromkeys([*product.feature_sets[model.feature_set].keys, *model.monitoring.segments]))
    if set(wanted) <= set(seen.predictions.column_names):
        return seen.predictions.select(wanted)
    return workspace.lake.read(product.table(model.feature_set), month_window(partition, seen.time), columns=wanted)


def _publish(
    workspace: Workspace, product: Product, contract: Contract, measured: Measured, rows: Sequence[Mapping[str, Any]]
) -> Materialisation:
    month = partitions.window(measured.partition)[0]
    names = [column.name for column in contract.columns]
    table = rows_under(
        contract, [{MONTH: month, **{key: row.get(key) for key in names if key != MONTH}} for row in rows]
    )
    return publish_rows(workspace, product.name, contract, measured.partition, table, Provenance(measured.snapshots))
