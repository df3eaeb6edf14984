"""How good predictions are: estimated before their labels arrive, measured afterwards, and what explains the rest."""

from platform_assets.learning.performance.calibration import Calibration
from platform_assets.learning.performance.cause import Cause, explain
from platform_assets.learning.performance.estimate import Bounded, Estimate, estimate_performance
from platform_assets.learning.performance.figures import Standard, estimated_figures, performance_row, segment_rows
from platform_assets.learning.performance.intervals import Intervals, auc_difference, blocks_of, intervals
from platform_assets.learning.performance.level import Level, judge_level
from platform_assets.learning.performance.plot import performance_plot_svg
from platform_assets.learning.performance.reference import SegmentReference, ValidationReference, validation_reference

__all__ = [
    "Bounded",
    "Calibration",
    "Cause",
    "Estimate",
    "Intervals",
    "Level",
    "SegmentReference",
    "Standard",
    "ValidationReference",
    "auc_difference",
    "blocks_of",
    "estimate_performance",
    "estimated_figures",
    "explain",
    "intervals",
    "judge_level",
    "performance_plot_svg",
    "performance_row",
    "segment_rows",
    "validation_reference",
]
