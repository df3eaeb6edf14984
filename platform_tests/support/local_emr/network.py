"""The region of the local EMR, its zones and subnets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_emr.errors import invalid

REGION = "us-east-1"
ZONES = tuple(f"{REGION}{letter}" for letter in "abc")
# A subnet stands for its zone, as in every VPC.
SUBNETS = {f"subnet-{zone[-1] * 8}": zone for zone in ZONES}


def zone_of(instances: Mapping[str, Any]) -> str:
    """The zone of the cluster: that of the first subnet, the first one named, or the region's first."""
    subnets = instances.get("Ec2SubnetIds") or [instances.get("Ec2SubnetId")]
    zones = instances.get("Placement", {}).get("AvailabilityZones") or [ZONES[0]]
    if subnets[0] is None:
        zone: str = zones[0]
        return zone
    if subnets[0] not in SUBNETS:
        raise invalid(f"The subnet {subnets[0]} does not exist: the local EMR has {', '.join(SUBNETS)}")
    return SUBNETS[subnets[0]]
