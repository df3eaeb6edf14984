"""A plan: the fleets, what an hour of them costs, and why they were chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from platform_assets.compute.spot.fleet import Fleet, PlannedType
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The cluster to ask for.

    Attributes:
        zone: availability zone; None lets EMR choose among the subnets that it is given.
        at: time of the prices.
        task: None if the core fleet does all.
        memory_gib_per_core: of an executor, so that all fit on their node beside the application master: as needed, or
            less where they would fill a node by themselves.
        reasons: why, a sentence each.
    """

    region: str
    zone: str | None
    at: datetime
    need: ClusterNeed
    policy: SpotPolicy
    primary: Fleet
    core: Fleet
    task: Fleet | None
    memory_gib_per_core: float
    reasons: tuple[str, ...] = ()

    def explained_by(self, reasons: tuple[str, ...]) -> FleetPlan:
        """The same plan with these reasons."""
        return replace(self, reasons=reasons)

    @property
    def fleets(self) -> tuple[Fleet, ...]:
        """The fleets that there are."""
        return tuple(fleet for fleet in (self.primary, self.core, self.task) if fleet is not None)

    @property
    def executor_types(self) -> tuple[PlannedType, ...]:
        """The types that executors may run on."""
        return tuple(each for fleet in self.fleets if fleet.role != "primary" for each in fleet.types)

    @property
    def cores(self) -> int:
        """Usable cores of core and task fleet."""
        return sum(fleet.capacity for fleet in self.fleets if fleet.role != "primary")

    def usd_per_hour(self) -> float:
        """Expected cost of an hour, EMR's fee included, disks not."""
        return sum(fleet.usd_per_hour() for fleet in self.fleets)

    def on_demand_usd_per_hour(self) -> float:
        """What an hour costs if every instance is bought on demand at the lowest price per core."""
        return sum(fleet.capacity * min(each.on_demand_per_core for each in fleet.types) for fleet in self.fleets)

    def instance_fleets(self) -> list[dict[str, Any]]:
        """``Instances.InstanceFleets`` of EMR's RunJobFlow."""
        return [fleet.request(self.policy) for fleet in self.fleets]

    def to_dict(self) -> dict[str, Any]:
        """The plan for programs and metadata, as JSON."""
        return {
            "region": self.region,
            "zone": self.zone,
            "at": self.at.isoformat(),
            "need": self.need.model_dump(),
            "usd_per_hour": round(self.usd_per_hour(), 5),
            "on_demand_usd_per_hour": round(self.on_demand_usd_per_hour(), 5),
            "reasons": list(self.reasons),
            "instance_fleets": self.instance_fleets(),
        }
