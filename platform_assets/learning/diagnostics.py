"""What a training shows of its model besides figures: calibration, and how it learned."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import feature_frame, label_values
from platform_assets.learning.metrics import log_loss
from platform_assets.learning.training_set import TrainingSet
from platform_assets.learning.tuning import evenly_spread

_BINS = 10
_POINTS = 8
# Enough to see what matters; all validation rows would take as long as a fit.
_ROWS = 2_000
_CURVE_ROWS = 10_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Sides:
    x: Floats
    y: Floats
    later_x: Floats
    later_y: Floats


@dataclass(frozen=True)
class Diagnostics:
    """Numbers behind the pictures of a training, of the model that was fitted on the earlier rows only.

    `calibration`: predicted probability, observed share and rows of ten groups of equal count, on the validation rows.
    `learning_curve`: log loss on samples of the earlier and the later rows, by iteration of the estimator or, if it
    tells nothing of its iterations, by rows fitted on (`curve_over`).
    """

    calibration: list[tuple[float, float, int]]
    learning_curve: list[tuple[int, float, float]]
    curve_over: Literal["iterations", "rows"]


def diagnose(
    training_set: TrainingSet,
    pipeline: Any,
    earlier: pa.Table,
    later: pa.Table,
    predicted: Floats,
) -> Diagnostics:
    """Diagnostics of a pipeline fitted on `earlier` that predicted these probabilities of `later`."""
    staged = hasattr(pipeline[-1], "staged_predict_proba")
    fitted, judged = evenly_spread(earlier, _ROWS if staged else _CURVE_ROWS), evenly_spread(later, _ROWS)
    sides = _Sides(*_encoded(training_set, pipeline, fitted), *_encoded(training_set, pipeline, judged))
    return Diagnostics(
        calibration=_calibration(label_values(later, training_set.label), predicted),
        learning_curve=_by_iteration(pipeline[-1], sides) if staged else _by_rows(pipeline[-1], sides),
        curve_over="iterations" if staged else "rows",
    )


def _encoded(training_set: TrainingSet, pipeline: Any, rows: pa.Table) -> tuple[Floats, Floats]:
    frame = feature_frame(rows, training_set.features, training_set.categorical)
    return pipeline[:-1].transform(frame), label_values(rows, training_set.label)


def _calibration(labels: Floats, predicted: Floats) -> list[tuple[float, float, int]]:
    groups = np.array_split(np.argsort(predicted, kind="stable"), _BINS)
    return [(float(predicted[rows].mean()), float(labels[rows].mean()), len(rows)) for rows in groups if len(rows)]


def _by_iteration(estimator: Any, sides: _Sides) -> list[tuple[int, float, float]]:
    stages = zip(estimator.staged_predict_proba(sides.x), estimator.staged_predict_proba(sides.later_x), strict=True)
    losses = [(log_loss(sides.y, one[:, 1]), log_loss(sides.later_y, other[:, 1])) for one, other in stages]
    steps = sorted({round((len(losses) - 1) * place / _POINTS) for place in range(_POINTS + 1)})
    return [(step + 1, *losses[step]) for step in steps]


def _by_rows(estimator: Any, sides: _Sides) -> list[tuple[int, float, float]]:
    from sklearn.base import clone

    curve = []
    for part in (16, 8, 4, 2, 1):
        x, y = sides.x[::part], sides.y[::part]
        if y.min() < y.max():
            fitted = clone(estimator).fit(x, y)
            one, other = (fitted.predict_proba(matrix)[:, 1] for matrix in (x, sides.later_x))
            curve.append((len(y), log_loss(y, one), log_loss(sides.later_y, other)))
    return curve
