"""Which of several reasons holds, and whether all of them do."""

from collections.abc import Callable

from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence
from platform_assets.learning.policy.reasons.calendar import calendar
from platform_assets.learning.policy.reasons.decay import decay
from platform_assets.learning.policy.reasons.drift import drift
from platform_assets.learning.policy.reasons.rate_of_change import rate_of_change
from platform_assets.learning.policy.reasons.schedule import schedule


def first_reason(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """The first declared reason that holds, single ones before combined ones."""
    for reason in _REASONS:
        finding = reason(reasons, evidence)
        if finding is not None:
            return finding
    return None


def _all_of(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    found = [finding for part in reasons.all_of if (finding := first_reason(part, evidence))]
    if not found or len(found) < len(reasons.all_of):
        return None
    return Finding("composite", " And: ".join(finding.reason for finding in found))


def _any_of(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    found = (first_reason(part, evidence) for part in reasons.any_of)
    return next((finding for finding in found if finding), None)


_REASONS: tuple[Callable[[ReasonsDeclaration, Evidence], Finding | None], ...] = (
    decay,
    drift,
    rate_of_change,
    schedule,
    calendar,
    _all_of,
    _any_of,
)
