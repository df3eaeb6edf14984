"""Has a dataset changed: compare any two profiles by effect size, never reading the data again."""

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import ColumnDrift, DriftResult, SchemaChange
from platform_assets.quality.drift.thresholds import DriftThresholds

__all__ = ["ColumnDrift", "DriftResult", "DriftThresholds", "SchemaChange", "compare_profiles"]
