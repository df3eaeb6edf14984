"""Fleets of a plan, in the words of EMR's RunJobFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from platform_assets.compute.spot.need import SpotPolicy

Role = Literal["primary", "core", "task"]
EMR_ROLES = {"primary": "MASTER", "core": "CORE", "task": "TASK"}


@dataclass(frozen=True, slots=True)
class PlannedType:
    """A type that a fleet may use.

    Attributes:
        weight: usable cores; an instance fills so much of the fleet's capacity.
        spot: USD an hour now; None in a fleet without spot.
        bid: most to pay on spot, USD an hour; None for the on-demand price, EMR's own default.
    """

    name: str
    weight: int
    on_demand: float
    emr_fee: float
    spot: float | None = None
    bid: float | None = None

    @property
    def on_demand_per_core(self) -> float:
        """USD per usable core and hour on demand, EMR's fee included."""
        return (self.on_demand + self.emr_fee) / self.weight

    @property
    def spot_per_core(self) -> float:
        """USD per usable core and hour on spot, EMR's fee included; on demand without a spot price."""
        return self.on_demand_per_core if self.spot is None else (self.spot + self.emr_fee) / self.weight


@dataclass(frozen=True, slots=True)
class Fleet:
    """Instances of one role; capacities in usable cores (one instance for the primary)."""

    role: Role
    types: tuple[PlannedType, ...]
    on_demand: int
    spot: int = 0

    @property
    def capacity(self) -> int:
        """Both markets together."""
        return self.on_demand + self.spot

    def usd_per_hour(self) -> float:
        """Expected cost of an hour: on demand at the lowest price per core, spot at the mean of the three best types.

        EC2 takes the pools with spare capacity first, so spot is not always the very cheapest.
        """
        on_demand = min(each.on_demand_per_core for each in self.types)
        best = sorted(each.spot_per_core for each in self.types)[:3]
        return self.on_demand * on_demand + self.spot * sum(best) / len(best)

    def request(self, policy: SpotPolicy) -> dict[str, Any]:
        """One entry of ``InstanceFleets`` in EMR's RunJobFlow."""
        launch: dict[str, Any] = {}
        if self.on_demand:
            launch["OnDemandSpecification"] = {"AllocationStrategy": "lowest-price"}
        if self.spot:
            launch["SpotSpecification"] = {
                "TimeoutDurationMinutes": policy.spot_timeout_minutes,
                "TimeoutAction": "SWITCH_TO_ON_DEMAND",
                "AllocationStrategy": policy.strategy,
            }
        return {
            "Name": self.role,
            "InstanceFleetType": EMR_ROLES[self.role],
            "TargetOnDemandCapacity": self.on_demand,
            "TargetSpotCapacity": self.spot,
            "InstanceTypeConfigs": [_type_config(each, spot=bool(self.spot)) for each in self.types],
            "LaunchSpecifications": launch,
        }


def _type_config(each: PlannedType, spot: bool) -> dict[str, Any]:
    config: dict[str, Any] = {"InstanceType": each.name, "WeightedCapacity": each.weight}
    if not spot:
        return config
    if each.bid is None:
        return config | {"BidPriceAsPercentageOfOnDemandPrice": 100.0}
    return config | {"BidPrice": f"{each.bid:.5f}"}
