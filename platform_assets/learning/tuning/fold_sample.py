"""Rows that trials are fitted on and judged by, encoded once for all of them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import feature_frame, label_values
from platform_assets.learning.declaration import ModelDeclaration, Parameter
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.estimator import build_pipeline
from platform_assets.learning.metrics import evaluate
from platform_assets.learning.training_set import TrainingSet

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class FoldSample:
    """Encoded features (rows by columns) and labels of one fold."""

    x: Matrix
    y: Matrix
    later_x: Matrix
    later_y: Matrix

    @classmethod
    def of(
        cls, declaration: ModelDeclaration, training_set: TrainingSet, earlier: pa.Table, later: pa.Table
    ) -> "FoldSample":
        """At most `search.sample_rows` of each side, evenly spread over time.

        Raises `TrainingError` if those to fit on hold one class only.
        """
        fitted, judged = (evenly_spread(rows, declaration.search.sample_rows) for rows in (earlier, later))
        features, categorical = training_set.features, training_set.categorical
        labels = label_values(fitted, training_set.label)
        if labels.min() == labels.max():
            raise TrainingError(
                f"The {len(labels)} sampled rows that trials are fitted on hold one class of '{training_set.label}' "
                f"only. Raise search.sample_rows ({declaration.search.sample_rows}) or lower validation.folds "
                f"({declaration.validation.folds})."
            )
        # Encoding is the same for all trials, so it is done once here and each trial fits the estimator alone.
        pipeline = build_pipeline(
            declaration.estimator, declaration.parameters, features, categorical, declaration.seed
        )
        encoder = pipeline[:-1]
        return cls(
            x=encoder.fit_transform(feature_frame(fitted, features, categorical)),
            y=labels,
            later_x=encoder.transform(feature_frame(judged, features, categorical)),
            later_y=label_values(judged, training_set.label),
        )

    def judge(
        self, declaration: ModelDeclaration, training_set: TrainingSet, parameters: dict[str, Parameter]
    ) -> float | None:
        """The searched metric on the later rows of an estimator fitted on the earlier ones; None if undefined."""
        pipeline = build_pipeline(
            declaration.estimator, parameters, training_set.features, training_set.categorical, declaration.seed
        )
        estimator = pipeline[-1].fit(self.x, self.y)
        metrics = evaluate(self.later_y, estimator.predict_proba(self.later_x)[:, 1])
        return metrics.value(declaration.search.metric)


def evenly_spread(rows: pa.Table, most: int) -> pa.Table:
    """At most `most` rows at even distances over the table, in its order."""
    if rows.num_rows <= most:
        return rows
    return rows.take(pa.array(np.linspace(0, rows.num_rows - 1, most).astype(np.int64)))
