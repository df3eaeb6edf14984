"""The gates on a training that several policies share: only the champion they compare with differs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from platform_assets.learning.beside import judge_beside
from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.gates import GateResult, evaluate_gates
from platform_assets.learning.model import FittedModel
from platform_assets.learning.training_set import TrainingSet, split_chronologically


def judge(
    declaration: ModelDeclaration,
    candidate: FittedModel,
    probabilities: NDArray[np.float64],
    without_champion: Sequence[GateResult],
    training_set: TrainingSet,
    champion: FittedModel | None,
) -> list[GateResult]:
    """What `train_candidate` would have said of the same candidate with this champion.

    Args:
        probabilities: of the validation rows, by the model that was fitted on the rows before them.
        without_champion: what the gates said when it was trained without one.
    """
    found = {gate.name: gate for gate in without_champion}
    asked = [gate for gate in declaration.gates if gate.better_than == "champion"]
    if champion is not None and asked:
        earlier, later = split_chronologically(training_set, declaration.validation)
        beside = judge_beside(declaration, training_set, later, earlier, probabilities, champion)
        metadata = candidate.metadata
        answers = evaluate_gates(
            asked,
            metadata.validation,
            metadata.baseline_validation,
            beside.champion,
            champion_note=beside.note,
            judged=beside.judged,
        )
        found |= {gate.name: gate for gate in answers}
    return [found[gate.name] for gate in declaration.gates]


def without_champion(declaration: ModelDeclaration, candidate: Candidate) -> list[GateResult]:
    """What the gates would have said of a candidate if there had been no champion."""
    found = {gate.name: gate for gate in candidate.gates}
    asked = [gate for gate in declaration.gates if gate.better_than == "champion"]
    answers = evaluate_gates(asked, candidate.metrics, candidate.baseline_metrics, None)
    found |= {gate.name: gate for gate in answers}
    return [found[gate.name] for gate in declaration.gates]
