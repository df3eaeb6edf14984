"""How much each column counts in the verdict of a model's drift report, and what that means in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.drift.definitions import DEFINITIONS
from platform_assets.quality.drift.result import DriftResult

if TYPE_CHECKING:
    from platform_assets.pipeline.workspace import Workspace


@dataclass(frozen=True)
class Weights:
    """Weights by column, 1 for those not named, with their definition."""

    by_column: Mapping[str, float]
    definition: str = DEFINITIONS["importance"]

    def stated_in(self, result: DriftResult) -> DriftResult:
        """The result with this definition among its own."""
        if not result.definitions:
            return result
        return result.model_copy(update={"definitions": {**result.definitions, "importance": self.definition}})


def drift_weights(workspace: Workspace, model: MonitoredModelDeclaration, version: int) -> Weights:
    """The declared weights, and for the other features the importance that the version's training recorded."""
    if model.drift.weights == "equal":
        return Weights(model.drift.importance)
    return weights_by_importance(model, version, workspace.registry(model.name).metadata(version).importance)


def weights_by_importance(model: MonitoredModelDeclaration, version: int, recorded: Mapping[str, float]) -> Weights:
    """The declared weights, and for the other features the importance that a training recorded."""
    from platform_assets.learning.importance import DEFINITION

    declared = model.drift.importance
    if not any(recorded.values()):
        return Weights(declared, _not_recorded(version))
    average = sum(recorded.values()) / len(recorded)
    scaled = {name: value / average for name, value in recorded.items()}
    return Weights(
        {**scaled, **declared},
        f"Weight of the column in the verdict on the data: as declared, or the importance that the training of version "
        f"{version} recorded, divided by that of an average feature; 1 for what is no feature. {DEFINITION}",
    )


def _not_recorded(version: int) -> str:
    return (
        f"{DEFINITIONS['importance']} The declaration asks for the importance of features, but version {version} has "
        "none on record, so all of them weigh the same: train again to record it."
    )
