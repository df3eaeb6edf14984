"""A figure of the features or predictions changed more than its rule allows."""

from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence, breach_since


def rate_of_change(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """Holds once for every unbroken breach of rules that are declared with `on_breach: retrain`."""
    since = breach_since(evidence)
    if not reasons.on_rate_of_change or since is None or evidence.last_training >= since:
        return None
    return Finding(
        "rate_of_change",
        f"The rate of change of {', '.join(evidence.change_breaches[since])} is unusual since {since}; the last "
        f"training was before, as of {evidence.last_training}.",
    )
