"""Before the labels of a partition are known: how good are its predictions expected to be?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from platform_assets.lake import month_window
from platform_assets.learning import partitions
from platform_assets.pipeline.inputs import current_snapshot, require_partition
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, predictions_contract
from platform_assets.pipeline.performance import only_version, standard_of
from platform_assets.pipeline.performance_tables import estimate_contract
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import rows_under
from platform_assets.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from platform_assets.learning.metrics import Metrics
    from platform_assets.learning.performance import Estimate


def materialise_estimate(workspace: Workspace, product: Product, name: str, partition: str) -> Materialisation:
    """Publish the expected quality of one partition's predictions, from the calibration of the version that made them.

    Raises:
        PartitionNotFound: the partition was not predicted.
    """
    from platform_assets.learning.columns import numbers
    from platform_assets.learning.performance import estimate_performance, estimated_figures

    model = product.models[name]
    feature_set = product.feature_sets[model.feature_set]
    table = product.table(f"{name}_predictions")
    snapshot = current_snapshot(workspace, table)
    require_partition(workspace, predictions_contract(model, feature_set), table, partition, snapshot)
    time = feature_set.partitions.column if feature_set.partitions else MONTH
    wanted = ["probability", "model_version"]
    predictions = workspace.lake.read(table, month_window(partition, time), columns=wanted, snapshot_id=snapshot)
    standard = standard_of(workspace, model, only_version(predictions))
    calibration = standard.reference.calibration if standard.reference else None
    estimate = estimate_performance(calibration, numbers(predictions["probability"])) if calibration else None
    row = {
        MONTH: partitions.window(partition)[0],
        "rows": predictions.num_rows,
        "model_version": only_version(predictions),
        **estimated_figures(estimate),
        "validation_auc": standard.validation.auc if standard.validation else None,
        "validation_brier": standard.validation.brier if standard.validation else None,
        "message": _words(estimate, standard.validation),
    }
    contract = estimate_contract(model)
    published = publish_rows(
        workspace, product.name, contract, partition, rows_under(contract, [row]), Provenance({table: snapshot})
    )
    return replace(published, facts={key: value for key, value in row.items() if key != MONTH and value is not None})


def _words(estimate: Estimate | None, validation: Metrics | None) -> str:
    if estimate is None or validation is None:
        return "No estimate: the version that predicted was registered without its calibration."
    rate = f"{estimate.base_rate.value:.1%} of {estimate.rows} rows are expected to turn out positive"
    if estimate.auc is None or validation.auc is None:
        return f"{rate}; no AUC is to be expected of them."
    auc = estimate.auc
    return (
        f"AUC {auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f}) is expected, {validation.auc:.3f} on the validation "
        f"rows; {rate}. This holds if only the features shift, and not if their relation to the outcome changes."
    )
