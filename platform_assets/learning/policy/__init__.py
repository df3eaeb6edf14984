"""When a new candidate is trained, and when a champion gives way: decisions with reason and evidence on record."""

from platform_assets.learning.policy.decide import decide
from platform_assets.learning.policy.decision import REASONS_TO_TRAIN, ReasonCode, RetrainingDecision
from platform_assets.learning.policy.evidence import DRIFT, Evidence, breach_since, drift_since
from platform_assets.learning.policy.rollback import (
    Comparison,
    RollbackDecision,
    comparison_of,
    decide_rollback,
    instead_of_retraining,
)

__all__ = [
    "DRIFT",
    "REASONS_TO_TRAIN",
    "Comparison",
    "Evidence",
    "ReasonCode",
    "RetrainingDecision",
    "RollbackDecision",
    "breach_since",
    "comparison_of",
    "decide",
    "decide_rollback",
    "drift_since",
    "instead_of_retraining",
]
