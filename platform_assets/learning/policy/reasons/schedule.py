"""So many partitions were delivered."""

from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def schedule(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """Holds from `every_partitions` after the latest training on."""
    every, passed = reasons.every_partitions, evidence.since_training
    if every is None or passed < every:
        return None
    return Finding("schedule", f"{passed} partitions since the last training; one is due every {every}.")
