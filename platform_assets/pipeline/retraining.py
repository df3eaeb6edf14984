"""What the retraining policy has to go by, read from the model's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_assets.learning import partitions
from platform_assets.learning.policy import (
    Evidence,
    RetrainingDecision,
    RollbackDecision,
    decide,
    instead_of_retraining,
)
from platform_assets.pipeline.model_rows import newest_promotion, partition_of, rows_of
from platform_assets.pipeline.model_tables import predictions_contract
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.rate_of_change import breaches_that_ask_for_a_training
from platform_assets.pipeline.rollback_decision import decide_champion_rollback
from platform_assets.pipeline.workspace import Workspace


@dataclass(frozen=True)
class PolicyDecision:
    """What is done about a model once a partition was delivered; ``rollback`` only if its champion gives way."""

    retraining: RetrainingDecision
    rollback: RollbackDecision | None


def decide_by_policy(workspace: Workspace, product: Product, name: str, as_of: str) -> PolicyDecision:
    """Whether the champion gives way to its predecessor and, if not, whether to train a candidate as of ``as_of``.

    After a rollback nothing is trained on the same partition: what decayed is no longer in charge, and every other
    reason still holds with the next one.
    """
    rollback = decide_champion_rollback(workspace, product, name, as_of)
    if rollback is None or not rollback.roll_back:
        return PolicyDecision(decide_retraining(workspace, product, name, as_of), None)
    return PolicyDecision(instead_of_retraining(rollback, as_of), rollback)


def decide_retraining(workspace: Workspace, product: Product, name: str, as_of: str) -> RetrainingDecision:
    """Whether to train a candidate as of ``as_of``, with the reason and the evidence."""
    model = product.models[name]
    return decide(model.retraining, gather_evidence(workspace, product, model, as_of))


def gather_evidence(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, as_of: str) -> Evidence:
    """What was known once partition ``as_of`` was delivered; later partitions are left out."""
    champion = newest_promotion(workspace, product, model.name, as_of)
    trainings = rows_of(workspace, product, model.name, "model", as_of)
    drifts = rows_of(workspace, product, model.name, "drift_report", as_of)
    performance = rows_of(workspace, product, model.name, "performance", as_of)
    last_trained = max((partition_of(row) for row in trainings), default=None)
    feature_set = product.feature_sets[model.feature_set]
    first, delay = feature_set.partitions.start if feature_set.partitions else as_of, model.label.delay_partitions
    return Evidence(
        as_of=as_of,
        labelled_partitions=len(partitions.labelled_partitions(first, as_of, delay)),
        champion_as_of=partition_of(champion) if champion else None,
        last_trained_as_of=last_trained,
        drift_verdicts={partition_of(row): row["partition_verdict"] for row in drifts},
        change_breaches=_change_breaches(workspace, product, model, as_of),
        aucs=_own_aucs(performance, champion),
        label_delay=delay,
        validation_auc=champion["validation_auc"] if champion else None,
        new_labels=_new_labels(performance, last_trained, as_of, delay) if last_trained else None,
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


def _own_aucs(performance: list[dict[str, Any]], champion: dict[str, Any] | None) -> dict[str, float]:
    """AUC of the champion by labelled partition that it predicted, where the labels determine one."""
    version = champion["model_version"] if champion else None
    own = [row for row in performance if version is not None and row["model_version"] == version]
    return {partition_of(row): row["auc"] for row in own if row["auc"] is not None}


def _new_labels(performance: list[dict[str, Any]], last_trained: str, as_of: str, delay: int) -> int:
    """Labelled rows of the partitions whose labels came after the latest training."""
    known, now = (partitions.offset(partition, -delay) for partition in (last_trained, as_of))
    return sum(row["labelled"] for row in performance if known < partition_of(row) <= now)
