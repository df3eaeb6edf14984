"""Search for better parameters than the declared ones."""

from platform_assets.learning.tuning.records import TrialRecords
from platform_assets.learning.tuning.search import evenly_spread, tune
from platform_assets.learning.tuning.trial import Trial, best_trial

__all__ = ["Trial", "TrialRecords", "best_trial", "evenly_spread", "tune"]
