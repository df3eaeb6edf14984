"""The gates on a training that several policies share: only the champion they compare with differs."""

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.gates import GateResult, evaluate_gates
from platform_assets.learning.model import FittedModel
from platform_assets.learning.training import champion_metrics
from platform_assets.learning.training_set import TrainingSet, split_chronologically


def judge(
    declaration: ModelDeclaration, candidate: FittedModel, training_set: TrainingSet, champion: FittedModel | None
) -> list[GateResult]:
    """What `train_candidate` would have said of the same candidate with this champion."""
    _, later = split_chronologically(training_set, declaration.validation)
    compared, note = champion_metrics(champion, later, training_set)
    metadata = candidate.metadata
    return evaluate_gates(
        declaration.gates, metadata.validation, metadata.baseline_validation, compared, champion_note=note
    )
