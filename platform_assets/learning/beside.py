"""A candidate's probabilities judged beside the naive forecast and the champion, on the same validation rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.baseline import SeasonalNaiveBaseline
from platform_assets.learning.columns import epoch_micros, label_values
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.evaluation import Judged, evaluate_models
from platform_assets.learning.metrics import Metrics
from platform_assets.learning.model import FittedModel
from platform_assets.learning.training_set import TrainingSet


@dataclass(frozen=True)
class Beside:
    """What was found; `note` says why the champion's figures are of other rows, empty if they are of these."""

    judged: Judged
    champion: Metrics | None
    note: str


def judge_beside(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    later: pa.Table,
    known: pa.Table,
    predicted: NDArray[np.float64],
    champion: FittedModel | None,
) -> Beside:
    """Judge the probabilities `predicted` of the rows `later`; the naive forecast learns from the rows `known`."""
    note = _why_not_on_these(champion, later, training_set)
    naive = baseline_of(declaration, training_set, known).predict(later)
    probabilities = {"candidate": predicted, "baseline": naive}
    if champion is not None and not note:
        probabilities["champion"] = champion.predict(later)
    judged = evaluate_models(
        later,
        label_values(later, training_set.label),
        epoch_micros(later[training_set.event_time]),
        probabilities,
        segments=declaration.segment_columns,
        seed=declaration.seed,
        champion_note=note,
    )
    on_these = judged.evaluation.champion
    own = champion.metadata.validation if champion is not None else None
    return Beside(judged, on_these.metrics if on_these else own, note)


def baseline_of(declaration: ModelDeclaration, training_set: TrainingSet, rows: pa.Table) -> SeasonalNaiveBaseline:
    """The declared naive forecast, learned from rows."""
    declared = declaration.baseline
    return SeasonalNaiveBaseline.fit(rows, declared.segments, training_set.label, declared.smoothing)


def moment_of(rows: pa.Table, event_time: str, position: int) -> str:
    """Moment of a row, ISO 8601 in UTC."""
    micros = int(epoch_micros(rows[event_time].slice(position, 1))[0])
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat()


def _why_not_on_these(champion: FittedModel | None, later: pa.Table, training_set: TrainingSet) -> str:
    """Why the champion is held to its own validation rows: these would give it a false figure; empty if not so."""
    if champion is None:
        return ""
    if champion.metadata.trained_to >= moment_of(later, training_set.event_time, 0):
        return " (on its own validation rows, because it was trained on these)"
    if not set(champion.metadata.features) <= set(later.column_names):
        return " (on its own validation rows, because these lack its features)"
    return ""
