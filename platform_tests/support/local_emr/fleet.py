"""Instance fleets: what was asked for, what EC2 gave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_emr.errors import Reason
from local_emr.ids import identifier, now
from local_emr.instance import Instance, timeline
from local_emr.supply import ON_DEMAND, SPOT, Supply


@dataclass
class Fleet:
    """A fleet as the request asked for it, with its instances, also those that are gone."""

    request: Mapping[str, Any]
    id: str = field(default_factory=lambda: identifier("if"))
    state: str = "PROVISIONING"
    reason: Reason = field(default_factory=Reason)
    instances: list[Instance] = field(default_factory=list)
    targets: dict[str, int] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    ready: datetime | None = None
    ended: datetime | None = None

    def __post_init__(self) -> None:
        self.targets = {
            ON_DEMAND: self.request.get("TargetOnDemandCapacity", 0),
            SPOT: self.request.get("TargetSpotCapacity", 0),
        }

    @property
    def role(self) -> str:
        role: str = self.request["InstanceFleetType"]
        return role

    @property
    def alive(self) -> list[Instance]:
        return [instance for instance in self.instances if instance.alive]

    @property
    def spot_timeout(self) -> tuple[float, str]:
        """Minutes that a launch waits for spot capacity, and what it does then; EMR's default is an hour."""
        launch = self.request.get("LaunchSpecifications", {}).get("SpotSpecification", {})
        return launch.get("TimeoutDurationMinutes", 60), launch.get("TimeoutAction", "SWITCH_TO_ON_DEMAND")

    def provisioned(self, market: str) -> int:
        """Units of capacity that are there."""
        return sum(instance.weight for instance in self.alive if instance.market == market)

    def short_of(self, market: str) -> int:
        """Units of capacity that are missing."""
        return max(0, self.targets[market] - self.provisioned(market))

    def switch_to_on_demand(self) -> None:
        """Ask for the missing spot capacity on demand."""
        missing = self.short_of(SPOT)
        self.targets[SPOT] -= missing
        self.targets[ON_DEMAND] += missing

    def fill(self, supply: Supply) -> list[Instance]:
        """Get what is missing where EC2 has it, cheapest unit first; returns what is new."""
        got = [instance for market in (ON_DEMAND, SPOT) for instance in self._get(market, supply)]
        self.instances.extend(got)
        return got

    def _get(self, market: str, supply: Supply) -> list[Instance]:
        offers = [
            config
            for config in self.request["InstanceTypeConfigs"]
            if supply.has(config["InstanceType"], market) and not _outbid(config, supply, market)
        ]
        if not offers or not self.short_of(market):
            return []
        best = min(offers, key=lambda config: _unit_price(config, supply, market))
        weight = best.get("WeightedCapacity", 1)
        volumes = sum(
            device.get("VolumesPerInstance", 1)
            for device in best.get("EbsConfiguration", {}).get("EbsBlockDeviceConfigs", [])
        )
        count = math.ceil(self.short_of(market) / weight)
        return [Instance(self.id, best["InstanceType"], market, weight, volumes) for _ in range(count)]

    def shrink(self, reason: Reason) -> None:
        """Let go of what is more than asked for, newest first."""
        for market, target in self.targets.items():
            for instance in reversed([other for other in self.alive if other.market == market]):
                if self.provisioned(market) - instance.weight >= target:
                    instance.terminate(reason)

    def move_to(self, state: str, reason: Reason | None = None) -> None:
        """Change the state, with its time."""
        self.state, self.reason = state, reason or Reason()
        if state == "RUNNING" and self.ready is None:
            self.ready = now()
        if state == "TERMINATED":
            self.ended = now()

    def described(self) -> dict[str, Any]:
        """As ListInstanceFleets gives it."""
        return {
            "Id": self.id,
            "Name": self.request.get("Name"),
            "InstanceFleetType": self.role,
            "TargetOnDemandCapacity": self.targets[ON_DEMAND],
            "TargetSpotCapacity": self.targets[SPOT],
            "ProvisionedOnDemandCapacity": self.provisioned(ON_DEMAND),
            "ProvisionedSpotCapacity": self.provisioned(SPOT),
            "InstanceTypeSpecifications": [_specification(config) for config in self.request["InstanceTypeConfigs"]],
            "LaunchSpecifications": self.request.get("LaunchSpecifications"),
            "ResizeSpecifications": self.request.get("ResizeSpecifications"),
            "Status": {
                "State": self.state,
                "StateChangeReason": self.reason.described(),
                "Timeline": timeline(self.created, self.ready, self.ended),
            },
        }


def _unit_price(config: Mapping[str, Any], supply: Supply, market: str) -> float:
    known = supply.price(config["InstanceType"], market)
    return math.inf if known is None else known / config.get("WeightedCapacity", 1)


def _outbid(config: Mapping[str, Any], supply: Supply, market: str) -> bool:
    """Whether the spot price is above the bid; one in percent of the price on demand is never too low here."""
    known = supply.price(config["InstanceType"], market)
    return market == SPOT and known is not None and known > float(config.get("BidPrice", math.inf))


def _specification(config: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("InstanceType", "WeightedCapacity", "BidPrice", "BidPriceAsPercentageOfOnDemandPrice", "Priority")
    devices = [
        {"VolumeSpecification": device["VolumeSpecification"], "Device": "/dev/sdb"}
        for device in config.get("EbsConfiguration", {}).get("EbsBlockDeviceConfigs", [])
    ]
    return {**{name: config[name] for name in kept if name in config}, "EbsBlockDevices": devices}
