"""Whether a training starts anew or goes on from the champion, and how it goes on."""

import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from platform_assets.learning.columns import epoch_micros, feature_frame, label_values
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.estimator import estimator_class
from platform_assets.learning.model import FittedModel
from platform_assets.learning.training_set import TrainingSet

_CLASSES = np.array([0.0, 1.0])


@dataclass(frozen=True)
class Update:
    """How a training updates what is known: `start` is the champion it goes on from, None to start anew."""

    start: FittedModel | None
    words: str

    def learned_from(self, training_set: TrainingSet) -> TrainingSet:
        """The set without rows that the start knows. Raises `TrainingError` if none is left."""
        if self.start is None:
            return training_set
        known_to = datetime.fromisoformat(self.start.metadata.trained_to)
        moments = epoch_micros(training_set.rows[training_set.event_time])
        first = int(np.searchsorted(moments, int(known_to.timestamp() * 1_000_000), side="right"))
        if first == len(moments):
            raise TrainingError(
                f"The training set as of {training_set.as_of} has no row later than {known_to.isoformat()}, up to "
                "which the champion was trained: there is nothing to update it with. Train as of a later partition, or "
                "declare training.update: full."
            )
        return replace(training_set, rows=training_set.rows.slice(first))


def plan_update(declaration: ModelDeclaration, training_set: TrainingSet, champion: FittedModel | None) -> Update:
    """Follow `training.update`; a champion that cannot be gone on from is named in the words.

    Raises `TrainingError` if `incremental` is declared for an estimator without `partial_fit`.
    """
    if declaration.training.update == "full":
        return Update(None, "full")
    if not hasattr(estimator_class(declaration.estimator), "partial_fit"):
        raise TrainingError(
            f"model '{declaration.name}': training.update is 'incremental', but estimator '{declaration.estimator}' "
            "has no partial_fit. Choose one that has, such as sklearn.linear_model.SGDClassifier, or update: full."
        )
    if champion is None:
        return Update(None, "full, because there is no champion to go on from")
    difference = _difference(declaration, training_set, champion)
    if difference:
        return Update(None, f"full, because the champion has {difference}")
    return Update(champion, f"incremental, from the champion trained to {champion.metadata.trained_to}")


def continued(start: FittedModel, training_set: TrainingSet, rows: pa.Table) -> Any:
    """A copy of the start's pipeline, its estimator updated with these rows by one `partial_fit`.

    Its encoder stays as it is: a category that it does not know is an unknown one.
    """
    pipeline = copy.deepcopy(start.pipeline)
    frame = feature_frame(rows, training_set.features, training_set.categorical)
    labels = label_values(rows, training_set.label)
    pipeline[-1].partial_fit(pipeline[:-1].transform(frame), labels, classes=_CLASSES)
    return pipeline


def _difference(declaration: ModelDeclaration, training_set: TrainingSet, champion: FittedModel) -> str | None:
    known = champion.metadata
    if known.estimator != declaration.estimator:
        return f"another estimator ({known.estimator})"
    if (known.features, known.categorical) != (training_set.features, training_set.categorical):
        return "other features"
    if not declaration.parameters.items() <= known.parameters.items() and declaration.search.trials == 0:
        return "other parameters"
    return None
