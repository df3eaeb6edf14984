"""Nothing is trained before enough partitions have labels."""

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def too_few_labels(policy: RetrainingDeclaration, evidence: Evidence) -> Finding | None:
    """Applies while fewer partitions are labelled than `minimum_labelled_partitions`."""
    needed, known = policy.minimum_labelled_partitions, evidence.labelled_partitions
    if known >= needed:
        return None
    return Finding("too_few_labels", f"Labels of {known} partitions are known; training needs {needed}.")
