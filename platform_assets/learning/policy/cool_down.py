"""Trainings keep a distance from each other."""

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def cool_down(policy: RetrainingDeclaration, evidence: Evidence) -> Finding | None:
    """Applies until more than `cool_down_partitions` have passed since the latest training, promoted or refused."""
    passed, wait = evidence.since_training, policy.cool_down_partitions
    if passed > wait:
        return None
    return Finding(
        "cool_down",
        f"The last training was {passed} partitions ago, as of {evidence.last_training}; the cool-down is {wait}.",
    )
