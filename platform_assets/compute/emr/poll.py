"""What to do about a cluster, from how it looks and for how long it has looked so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from platform_assets.compute.emr.settings import Phase, Timeouts
from platform_assets.compute.emr.view import ClusterView

Action = Literal["wait", "terminate", "ended"]


@dataclass(frozen=True)
class Decision:
    """What to do next; ``overdue`` is the phase that took longer than declared, if one did."""

    action: Action
    overdue: Phase | None = None


def decide(view: ClusterView, seconds_in_phase: float, timeouts: Timeouts, asked_to_end: bool) -> Decision:
    """The next action of whoever watches a cluster.

    Args:
        view: the cluster now.
        seconds_in_phase: for how long it has been in ``view.phase``.
        timeouts: the longest time of each phase.
        asked_to_end: whether its termination was asked for before; it is asked for once.
    """
    if view.has_ended:
        return Decision("ended")
    if asked_to_end or seconds_in_phase <= timeouts.seconds(view.phase):
        return Decision("wait")
    return Decision("terminate", overdue=view.phase)


def gave_up(seconds_since_asked: float, timeouts: Timeouts) -> bool:
    """Whether a termination that was asked for takes longer than declared."""
    return seconds_since_asked > timeouts.seconds("termination")
