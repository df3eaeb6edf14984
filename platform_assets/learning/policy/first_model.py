"""While nothing is served, any labels are reason enough."""

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def first_model(policy: RetrainingDeclaration, evidence: Evidence) -> Finding | None:
    """Applies while there is no champion."""
    if evidence.champion_as_of is not None:
        return None
    return Finding("first_model", f"There is no champion; labels of {evidence.labelled_partitions} partitions.")
