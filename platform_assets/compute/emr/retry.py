"""What to change for the next attempt: only what another cluster can heal is tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from platform_assets.compute.emr.failures import Failure


@dataclass(frozen=True)
class Escalation:
    """What earlier attempts at this job taught; the next plan of fleets heeds it.

    Attributes:
        losses: attempts that ended for lost spot instances: 25 % of the cores are on demand at first, 50 % after
            one, all after two.
        without: instance types that could not be had.
        without_zones: zones in which they could not be had.
    """

    losses: int = 0
    without: frozenset[str] = frozenset()
    without_zones: frozenset[str] = frozenset()


def next_attempt(
    failure: Failure, so_far: Escalation, number: int, most: int, types: frozenset[str], zone: str
) -> Escalation | None:
    """What the attempt after number ``number`` heeds, or None if there is none.

    Args:
        types: that the failed attempt asked for.
        zone: in which it ran, if EMR had chosen one.
    """
    if number >= most:
        return None
    if failure.kind == "spot_loss":
        return replace(so_far, losses=so_far.losses + 1)
    if failure.kind == "capacity":
        zones = so_far.without_zones | ({zone} if zone else set())
        return replace(so_far, without=so_far.without | types, without_zones=zones)
    if failure.kind == "service":
        return so_far
    return None
