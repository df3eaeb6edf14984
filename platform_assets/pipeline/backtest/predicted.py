"""One model's predictions of one partition: how they turned out, and their profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_assets.learning.backtest.history import Figures

if TYPE_CHECKING:
    import pyarrow as pa

    from platform_assets.learning.model import FittedModel
    from platform_assets.pipeline.backtest.published import Rows
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.quality.profile import TableProfile

# A version in production has a number; a backtest names models by what they were trained as of.
NO_VERSION = 0


@dataclass(frozen=True)
class Predicted:
    """What is kept of predictions: the rows themselves are not."""

    figures: Figures | None
    profile: TableProfile


def predict(fitted: FittedModel, model: MonitoredModelDeclaration, product: Product, rows: Rows) -> Predicted:
    """Score a partition as production does, and compare with the labels if they are known."""
    from platform_assets.quality.profile import profile_batches

    keys = product.feature_sets[model.feature_set].keys
    predictions = _scored(fitted, model, product, rows)
    figures = None if rows.labels is None else _figures(predictions, rows.labels, keys, model)
    return Predicted(figures, profile_batches(predictions.to_batches()))


def beside_predecessor(
    fitted: FittedModel,
    predecessor: FittedModel,
    model: MonitoredModelDeclaration,
    product: Product,
    rows: Rows,
) -> dict[str, Any]:
    """Both models on the labelled rows of a partition; see `predecessor_row`, whose version means nothing here."""
    from platform_assets.learning.performance.predecessor import predecessor_row

    if rows.labels is None:
        raise ValueError("Models can be compared only on rows whose labels are known.")
    return predecessor_row(
        _scored(fitted, model, product, rows),
        rows.labels,
        rows.features,
        predecessor,
        NO_VERSION,
        keys=product.feature_sets[model.feature_set].keys,
        label=model.label.column,
        event_time=_event_time(product, model),
    )


def _scored(fitted: FittedModel, model: MonitoredModelDeclaration, product: Product, rows: Rows) -> pa.Table:
    from platform_assets.learning.scoring import score

    return score(
        fitted,
        NO_VERSION,
        rows.features,
        keys=product.feature_sets[model.feature_set].keys,
        event_time=_event_time(product, model),
        feature_snapshot=rows.snapshot,
    )


def _event_time(product: Product, model: MonitoredModelDeclaration) -> str:
    feature_set = product.feature_sets[model.feature_set]
    return feature_set.partitions.column if feature_set.partitions else ""


def _figures(predictions: pa.Table, labels: pa.Table, keys: list[str], model: MonitoredModelDeclaration) -> Figures:
    from platform_assets.learning.backtest.value import error_cost
    from platform_assets.learning.columns import numbers
    from platform_assets.learning.metrics import evaluate
    from platform_assets.learning.training_set import join_labels

    labelled = join_labels(predictions, labels, keys, model.label.column)
    truth = numbers(labelled[model.label.column])
    probability, naive = numbers(labelled["probability"]), numbers(labelled["baseline_probability"])
    found = evaluate(truth, probability)
    return Figures(
        labelled=found.rows,
        auc=found.auc,
        brier=found.brier,
        baseline_auc=evaluate(truth, naive).auc,
        cost=error_cost(truth, probability, model.backtest),
        baseline_cost=error_cost(truth, naive, model.backtest),
    )
