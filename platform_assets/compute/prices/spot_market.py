"""What EC2 tells of its spot market: types, price history, placement scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from platform_assets.compute.prices.aws import pages, telling
from platform_assets.compute.prices.book import InstanceType, SpotPrice

# EC2 takes so many names in one call.
MOST_TYPES = 100
MIB_PER_GIB = 1024


def instance_types(ec2: Any, names: Sequence[str]) -> list[InstanceType]:
    """The types of these names as EC2 describes them."""
    described: list[InstanceType] = []
    with telling("description of instance types"):
        for start in range(0, len(names), MOST_TYPES):
            chunk = list(names[start : start + MOST_TYPES])
            for page in pages(ec2, "describe_instance_types", InstanceTypes=chunk):
                described += [_instance_type(each) for each in page["InstanceTypes"]]
    return described


def _instance_type(described: dict[str, Any]) -> InstanceType:
    architectures = described["ProcessorInfo"]["SupportedArchitectures"]
    return InstanceType(
        name=described["InstanceType"],
        vcpus=described["VCpuInfo"]["DefaultVCpus"],
        memory_gib=described["MemoryInfo"]["SizeInMiB"] / MIB_PER_GIB,
        architecture="arm64" if "arm64" in architectures else "x86_64",
    )


def spot_history(ec2: Any, names: Sequence[str], since: datetime) -> dict[str, dict[str, tuple[SpotPrice, ...]]]:
    """Spot prices of Linux by type and zone, oldest first; the first one is that in force at ``since``."""
    found: dict[str, dict[str, dict[datetime, float]]] = {}
    with telling("spot price history"):
        for page in pages(
            ec2,
            "describe_spot_price_history",
            InstanceTypes=list(names),
            ProductDescriptions=["Linux/UNIX"],
            StartTime=since,
        ):
            for each in page["SpotPriceHistory"]:
                zone = found.setdefault(each["InstanceType"], {}).setdefault(each["AvailabilityZone"], {})
                zone[each["Timestamp"]] = float(each["SpotPrice"])
    return {
        name: {
            zone: tuple(SpotPrice(at, prices[at]) for at in sorted(prices)) for zone, prices in sorted(by_zone.items())
        }
        for name, by_zone in sorted(found.items())
    }


def placement_scores(ec2: Any, names: Sequence[str], vcpus: int, region: str) -> dict[str, int]:
    """EC2's score of each zone for getting so many vCPUs of these types at once, 1 to 10, by the zone's name.

    The score is meant for three types or more; fewer always score low.
    """
    with telling("spot placement scores"):
        answer = [
            score
            for page in pages(
                ec2,
                "get_spot_placement_scores",
                InstanceTypes=list(names),
                TargetCapacity=vcpus,
                TargetCapacityUnitType="vcpu",
                SingleAvailabilityZone=True,
                RegionNames=[region],
            )
            for score in page["SpotPlacementScores"]
        ]
        zones = ec2.describe_availability_zones()["AvailabilityZones"]
    # Scores name zones by id, as zone names mean another place in every account.
    names_by_id = {zone["ZoneId"]: zone["ZoneName"] for zone in zones}
    return {
        names_by_id[score["AvailabilityZoneId"]]: score["Score"]
        for score in answer
        if score["AvailabilityZoneId"] in names_by_id
    }
