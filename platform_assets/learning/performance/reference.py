"""What a model did on its validation rows, kept with it: the level that its predictions are held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from platform_assets.learning.columns import require_columns
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.metrics import Metrics, evaluate
from platform_assets.learning.performance.calibration import Calibration


class SegmentReference(BaseModel):
    """Figures of the validation rows with one value of a column; `value` is its text, None for null."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment: str
    value: str | None
    metrics: Metrics


class ValidationReference(BaseModel):
    """Calibration and segments of a candidate on validation rows, of which it had seen none when it predicted them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calibration: Calibration
    segments: tuple[SegmentReference, ...] = ()

    def metrics(self, segment: str, value: str | None) -> Metrics | None:
        """Figures of one value of a column, None if no validation row had it."""
        found = (each.metrics for each in self.segments if (each.segment, each.value) == (segment, value))
        return next(found, None)


def validation_reference(
    rows: pa.Table, labels: NDArray[np.float64], probabilities: NDArray[np.float64], segments: Sequence[str]
) -> ValidationReference:
    """The reference of validation rows, their labels (0/1) and what a model fitted without them predicted.

    Raises `TrainingError` if a column of `segments` is not in the rows.
    """
    require_columns(rows, segments, "monitoring.segments", TrainingError)
    return ValidationReference(
        calibration=Calibration.fit(labels, probabilities),
        segments=tuple(
            SegmentReference(segment=column, value=value, metrics=evaluate(labels[chosen], probabilities[chosen]))
            for column in segments
            for value, chosen in rows_by_value(rows[column])
        ),
    )


def rows_by_value(column: pa.ChunkedArray) -> list[tuple[str | None, NDArray[np.bool_]]]:
    """Each value of a column as text, None for null and last, with which rows have it; ordered by value."""
    texts = pc.cast(column, pa.string())
    found: list[str | None] = pc.unique(texts).to_pylist()
    ordered = sorted(found, key=lambda value: (value is None, value or ""))
    return [
        (value, np.asarray(pc.is_null(texts) if value is None else pc.fill_null(pc.equal(texts, value), False)))
        for value in ordered
    ]
