"""What a step used of what is billed: instances of clusters, or CPU seconds of the machine that it ran on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from platform_assets.compute.cost.errors import UsageNotPossible

Market = Literal["SPOT", "ON_DEMAND"]
Role = Literal["primary", "core", "task"]


@dataclass(frozen=True)
class InstanceUse:
    """One instance of a cluster, from its start to its end.

    Attributes:
        started: when billing began; with time zone.
        ended: when it ended, not before ``started``; with time zone.
        ebs_gib: GiB of EBS volumes attached to it all that time.

    Raises:
        UsageNotPossible: the times have no zone or the wrong order, or the volume is negative.
    """

    instance_id: str
    instance_type: str
    market: Market
    role: Role
    zone: str
    started: datetime
    ended: datetime
    ebs_gib: float = 0.0

    def __post_init__(self) -> None:
        what = f"instance '{self.instance_id}'"
        if self.started.tzinfo is None or self.ended.tzinfo is None:
            raise UsageNotPossible(what, "its times have no time zone", "Give them in UTC")
        if self.ended < self.started:
            raise UsageNotPossible(what, f"it ended at {self.ended} before it started at {self.started}", "Swap them")
        if self.ebs_gib < 0:
            raise UsageNotPossible(what, f"its volume is {self.ebs_gib} GiB", "Give zero or more")


@dataclass(frozen=True)
class ClusterUse:
    """All instances that a cluster had in its life, those lost to spot interruptions too."""

    cluster_id: str
    region: str
    instances: tuple[InstanceUse, ...]


@dataclass(frozen=True)
class EmbeddedUse:
    """CPU seconds (user and system, children too) that a step took on the machine it ran on.

    Raises:
        UsageNotPossible: the seconds are negative.
    """

    cpu_seconds: float

    def __post_init__(self) -> None:
        if self.cpu_seconds < 0:
            raise UsageNotPossible("a step", f"it used {self.cpu_seconds} CPU seconds", "Give zero or more")
