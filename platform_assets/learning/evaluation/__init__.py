"""How good a candidate is beside what it must beat, and how sure that is: intervals, segments, calibration."""

from platform_assets.learning.evaluation.bootstrap import Resamples, resample
from platform_assets.learning.evaluation.evaluate import Judged, evaluate_models
from platform_assets.learning.evaluation.figures import (
    CalibrationBin,
    Evaluation,
    Interval,
    ModelFigures,
    SegmentFigures,
)

__all__ = [
    "CalibrationBin",
    "Evaluation",
    "Interval",
    "Judged",
    "ModelFigures",
    "Resamples",
    "SegmentFigures",
    "evaluate_models",
    "resample",
]
