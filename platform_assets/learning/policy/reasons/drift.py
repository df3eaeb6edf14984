"""The data moved away from what the champion was trained on."""

from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence, drift_since


def drift(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """Holds once for every unbroken drift: until something was trained since it began."""
    since = drift_since(evidence)
    if not reasons.on_drift or since is None or evidence.last_training >= since:
        return None
    return Finding("drift", f"Drift since {since}; the last training was before, as of {evidence.last_training}.")
