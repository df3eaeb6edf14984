"""The declared pipeline fitted on rows, and the one that is served: fitted on all of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import feature_frame, label_values
from platform_assets.learning.declaration import ModelDeclaration, Parameter
from platform_assets.learning.estimator import build_pipeline
from platform_assets.learning.importance import permutation_importance
from platform_assets.learning.model import FittedModel, predict_pipeline
from platform_assets.learning.training_set import TrainingSet
from platform_assets.learning.updating import Update, continued


@dataclass(frozen=True)
class FittedOnAll:
    """The pipeline that is served; its probabilities of the validation rows, which it knows, make its digest."""

    pipeline: Any
    probabilities: NDArray[np.float64]
    importance: dict[str, float]


def fit_pipeline(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    rows: pa.Table,
    parameters: dict[str, Parameter],
    start: FittedModel | None = None,
) -> Any:
    """The declared pipeline with these parameters fitted on these labelled rows, or `start` updated with them."""
    if start is not None:
        return continued(start, training_set, rows)
    features, categorical = training_set.features, training_set.categorical
    pipeline = build_pipeline(declaration.estimator, parameters, features, categorical, declaration.seed)
    return pipeline.fit(feature_frame(rows, features, categorical), label_values(rows, training_set.label))


def fit_on_all(
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    later: pa.Table,
    parameters: dict[str, Parameter],
    update: Update,
) -> FittedOnAll:
    """Fit on every row of the set; predict and weigh features on the validation rows `later`."""
    pipeline = fit_pipeline(declaration, training_set, training_set.rows, parameters, update.start)
    features, categorical = training_set.features, training_set.categorical
    return FittedOnAll(
        pipeline=pipeline,
        probabilities=predict_pipeline(pipeline, later, features, categorical),
        importance=permutation_importance(pipeline, later, features, categorical, declaration.seed),
    )
