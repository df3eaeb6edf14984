"""What the retraining policy has to go by, read from the model's own tables."""

from __future__ import annotations

from typing import Any

from platform_assets.learning import partitions
from platform_assets.learning.policy import Evidence, RetrainingDecision, decide
from platform_assets.pipeline.model_tables import MONTH, predictions_contract
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.rate_of_change import breaches_that_ask_for_a_training
from platform_assets.pipeline.workspace import Workspace


def decide_retraining(workspace: Workspace, product: Product, name: str, as_of: str) -> RetrainingDecision:
    """Whether to train a candidate as of ``as_of``, with the reason and the evidence."""
    model = product.models[name]
    return decide(model.retraining, gather_evidence(workspace, product, model, as_of))


def gather_evidence(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, as_of: str) -> Evidence:
    """What was known once partition ``as_of`` was delivered; later partitions are left out."""
    champion = max(_rows(workspace, product, model, "champion", as_of), key=_promoted_at, default=None)
    trainings = _rows(workspace, product, model, "model", as_of)
    drifts = _rows(workspace, product, model, "drift_report", as_of)
    feature_set = product.feature_sets[model.feature_set]
    first = feature_set.partitions.start if feature_set.partitions else as_of
    return Evidence(
        as_of=as_of,
        labelled_partitions=len(partitions.labelled_partitions(first, as_of, model.label.delay_partitions)),
        champion_as_of=_partition(champion) if champion else None,
        last_trained_as_of=max((_partition(row) for row in trainings), default=None),
        drift_verdicts={_partition(row): row["partition_verdict"] for row in drifts},
        change_breaches=_change_breaches(workspace, product, model, as_of),
        auc=_latest_auc(_rows(workspace, product, model, "performance", as_of), champion),
        validation_auc=champion["validation_auc"] if champion else None,
    )


def _change_breaches(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, as_of: str
) -> dict[str, list[str]]:
    """Broken rules of the features and of the predictions that ask for a training, by partition."""
    features = product.feature_sets[model.feature_set]
    found: dict[str, list[str]] = {}
    for contract in (features, predictions_contract(model, features)):
        table = product.table(contract.name)
        for partition, rules in breaches_that_ask_for_a_training(workspace.lake, table, contract, as_of).items():
            found.setdefault(partition, []).extend(rules)
    return found


def _rows(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, kind: str, as_of: str
) -> list[dict[str, Any]]:
    table = product.table(f"{model.name}_{kind}")
    if not workspace.lake.exists(table):
        return []
    return [row for row in workspace.lake.read(table).to_pylist() if _partition(row) <= as_of]


def _partition(row: dict[str, Any]) -> str:
    return partitions.partition_of(row[MONTH])


def _promoted_at(row: dict[str, Any]) -> Any:
    return row["promoted_at"]


def _latest_auc(performance: list[dict[str, Any]], champion: dict[str, Any] | None) -> float | None:
    own = [row for row in performance if champion and row["model_version"] == champion["model_version"]]
    latest = max(own, key=_partition, default=None)
    return latest["auc"] if latest else None
