"""A cluster as EMR describes it, reduced to what decisions need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_assets.compute.emr.settings import Phase

ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")
ALIVE = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING")
STEP_ENDED = ("COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED")
PHASES: Mapping[str, Phase] = {
    "STARTING": "provisioning",
    "BOOTSTRAPPING": "bootstrap",
    "RUNNING": "step",
    "WAITING": "termination",
    "TERMINATING": "termination",
}


@dataclass(frozen=True)
class StepView:
    """A step: its state, and why it failed if EMR found out."""

    id: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class ClusterView:
    """A cluster at one moment.

    Attributes:
        code: EMR's code of the reason for the last change of state, such as ``STEP_FAILURE``.
        details: EMR's error codes and messages about what ended the cluster.
        zone: availability zone, once EMR has chosen it.
    """

    state: str
    code: str = ""
    message: str = ""
    details: tuple[str, ...] = ()
    steps: tuple[StepView, ...] = ()
    zone: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether no machine of it runs any more."""
        return self.state in ENDED

    @property
    def phase(self) -> Phase:
        """What it is busy with; a cluster whose steps have all ended is on its way out."""
        if self.state == "RUNNING" and self.steps and all(step.state in STEP_ENDED for step in self.steps):
            return "termination"
        return PHASES.get(self.state, "termination")


def view_of(cluster: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> ClusterView:
    """The view of what DescribeCluster and ListSteps answer."""
    status = cluster["Status"]
    reason = status.get("StateChangeReason") or {}
    details = tuple(
        f"{detail.get('ErrorCode', '')} {detail.get('ErrorMessage', '')}".strip()
        for detail in status.get("ErrorDetails") or []
    )
    attributes = cluster.get("Ec2InstanceAttributes") or {}
    return ClusterView(
        state=status["State"],
        code=reason.get("Code") or "",
        message=reason.get("Message") or "",
        details=details,
        steps=tuple(_step(step) for step in steps),
        zone=attributes.get("Ec2AvailabilityZone") or "",
    )


def _step(step: Mapping[str, Any]) -> StepView:
    status = step["Status"]
    failure, change = status.get("FailureDetails") or {}, status.get("StateChangeReason") or {}
    words = [failure.get("Reason"), failure.get("Message"), change.get("Message")]
    return StepView(step["Id"], status["State"], " ".join(word for word in words if word))
