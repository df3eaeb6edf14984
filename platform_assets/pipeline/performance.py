"""Once the labels of a partition are known: how good were its predictions?"""

from __future__ import annotations

from dataclasses import replace

from platform_assets.lake import month_window
from platform_assets.learning import partitions
from platform_assets.pipeline.inputs import current_snapshot, require_partition
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, performance_contract, predictions_contract
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import label_rows, rows_under
from platform_assets.pipeline.workspace import Workspace


def materialise_performance(workspace: Workspace, product: Product, name: str, partition: str) -> Materialisation:
    """Compare the predictions of one partition with what came true.

    The labels count as known once the label's dataset has the partition that follows after the declared delay.

    Raises:
        PartitionNotFound: the predictions, or the delivery that makes the labels known, are not there.
    """
    from platform_assets.learning.performance import performance_row

    model = product.models[name]
    feature_set, dataset = product.feature_sets[model.feature_set], product.datasets[model.label.dataset]
    predicted, labelled = product.table(f"{name}_predictions"), product.table(dataset.name)
    snapshots = {table: current_snapshot(workspace, table) for table in (predicted, labelled)}
    contract = predictions_contract(model, feature_set)
    require_partition(workspace, contract, predicted, partition, snapshots[predicted])
    known_with = partitions.offset(partition, model.label.delay_partitions)
    require_partition(workspace, dataset, labelled, known_with, snapshots[labelled])
    time = feature_set.partitions.column if feature_set.partitions else MONTH
    predictions = workspace.lake.read(predicted, month_window(partition, time), snapshot_id=snapshots[predicted])
    labels = label_rows(workspace, product, model, partition, partition, snapshots[labelled])
    measured = performance_row(predictions, labels, keys=feature_set.keys, label=model.label.column)
    performance = performance_contract(model)
    names = {column.name for column in performance.columns}
    row = {MONTH: partitions.window(partition)[0], **{key: value for key, value in measured.items() if key in names}}
    published = publish_rows(
        workspace, product.name, performance, partition, rows_under(performance, [row]), Provenance(snapshots)
    )
    return replace(published, facts={key: value for key, value in row.items() if key != MONTH})
