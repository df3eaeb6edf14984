"""A month of the year came in which the model is to be renewed."""

from platform_assets.learning import partitions
from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence


def calendar(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """Holds from a month of `on_schedule` until something was trained: a cool-down delays a training, no more."""
    if reasons.on_schedule is None:
        return None
    passed = partitions.between(partitions.next_partition(evidence.last_training), evidence.as_of)
    due = [partition for partition in passed if int(partition[-2:]) in reasons.on_schedule.months]
    if not due:
        return None
    return Finding("calendar", f"A training was due in {due[-1]}; the last was before, as of {evidence.last_training}.")
