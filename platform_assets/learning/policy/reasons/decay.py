"""The champion became worse than it was."""

from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def decay(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """Holds if the champion's AUC on its latest labelled partition is below its validation by more than `on_decay`."""
    if reasons.on_decay is None or evidence.auc is None or evidence.validation_auc is None:
        return None
    drop = evidence.validation_auc - evidence.auc
    if drop <= reasons.on_decay:
        return None
    return Finding(
        "decay",
        f"AUC fell to {evidence.auc:.4f}, {drop:.4f} below the champion's validation {evidence.validation_auc:.4f}; "
        f"{reasons.on_decay:g} is tolerated.",
    )
