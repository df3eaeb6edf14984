"""Promotion of an accepted candidate, and which version is in charge of a partition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platform_assets.learning import partitions
from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline.inputs import current_snapshot
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, champions_contract
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import rows_under
from platform_assets.pipeline.workspace import Workspace


class NoChampion(RegistryError):
    """No champion is in charge of the partition."""

    def __init__(self, model: str, partition: str) -> None:
        super().__init__(
            f"model '{model}' has no champion in charge of partition {partition}: a version trained as of an earlier "
            f"partition must be promoted first. Train one, for example: materialise {model}_model and "
            f"{model}_champion for an earlier partition."
        )


@dataclass(frozen=True)
class Promotion:
    """A version that became champion, why, and the published record."""

    version: int
    as_of: str
    reason: str
    record: Materialisation


def promote_newest(workspace: Workspace, product: Product, name: str) -> Promotion:
    """Make the newest candidate the champion.

    Raises:
        RegistryError: nothing was trained yet, or a gate refused the newest candidate.
    """
    model = product.models[name]
    training = _newest_training(workspace, product, name)
    version, reason = int(training["model_version"]), str(training["reason"])
    as_of = partitions.partition_of(training[MONTH])
    workspace.registry(name).promote(version, reason=reason)
    contract = champions_contract(model)
    row = {
        MONTH: training[MONTH],
        "model_version": version,
        "validation_auc": training["auc"],
        "reason": reason,
        "promoted_at": datetime.now(UTC),
    }
    trainings = product.table(f"{name}_model")
    provenance = Provenance({trainings: current_snapshot(workspace, trainings)}, {"model-version": str(version)})
    record = publish_rows(workspace, product.name, contract, as_of, rows_under(contract, [row]), provenance)
    return Promotion(version, as_of, reason, record)


def _newest_training(workspace: Workspace, product: Product, name: str) -> dict[str, Any]:
    table = product.table(f"{name}_model")
    trainings = workspace.lake.read(table).to_pylist() if workspace.lake.exists(table) else []
    newest: dict[str, Any] | None = max(trainings, key=lambda row: row["model_version"], default=None)
    if newest is None:
        raise RegistryError(f"model '{name}' was never trained. Materialise {name}_model for a partition first.")
    if not newest["accepted"]:
        raise RegistryError(
            f"version {newest['model_version']} of model '{name}' was refused by its gates and cannot be promoted. "
            "Improve the model, or change the declared gates and train again."
        )
    return newest
