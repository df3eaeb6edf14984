"""The same labels are not trained on twice."""

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def already_trained(policy: RetrainingDeclaration, evidence: Evidence) -> Finding | None:
    """Applies once a candidate was trained as of this partition or a later one."""
    if evidence.last_training < evidence.as_of:
        return None
    return Finding(
        "already_trained", f"A candidate was trained as of {evidence.last_training} already, with the same labels."
    )
