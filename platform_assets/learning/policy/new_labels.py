"""A training that could learn little new is not worth its cost."""

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def too_few_new_labels(policy: RetrainingDeclaration, evidence: Evidence) -> Finding | None:
    """Applies while fewer rows got labels since the latest training than `minimum_new_labels`."""
    known, needed = evidence.new_labels, policy.minimum_new_labels
    if known is None or known >= needed:
        return None
    return Finding(
        "too_few_new_labels",
        f"{known} rows got labels since the last training, as of {evidence.last_training}; another needs {needed}.",
    )
