"""The machines that a cluster had: for the bill, and to see which ones spot took away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from platform_assets.compute.cost.usage import InstanceUse, Role
from platform_assets.compute.emr.aws import Aws

ROLES: dict[str, Role] = {"MASTER": "primary", "CORE": "core", "TASK": "task"}
# EMR's own volume for the operating system, in GiB.
ROOT_GIB = 15


def instances(aws: Aws, cluster_id: str) -> list[dict[str, Any]]:
    """Every machine of a cluster as ListInstances describes it, those that are gone too."""
    return list(_pages(aws, "list_instances", "Instances", ClusterId=cluster_id))


def uses(aws: Aws, cluster_id: str, listed: list[dict[str, Any]], zone: str, disk_gib: int) -> tuple[InstanceUse, ...]:
    """The machines as the bill wants them; one that still runs is counted until now."""
    fleets = _pages(aws, "list_instance_fleets", "InstanceFleets", ClusterId=cluster_id)
    roles = {fleet["Id"]: ROLES[fleet["InstanceFleetType"]] for fleet in fleets}
    return tuple(_use(each, roles, zone, disk_gib) for each in listed if _was_there(each))


def reclaimed(listed: list[dict[str, Any]]) -> tuple[str, ...]:
    """Ids of the machines of the spot market that were taken away before the cluster ended."""
    return tuple(each["Ec2InstanceId"] for each in listed if _is_lost(each))


def _is_lost(instance: dict[str, Any]) -> bool:
    status = instance.get("Status", {})
    reason = status.get("StateChangeReason") or {}
    if instance.get("Market") != "SPOT" or status.get("State") != "TERMINATED":
        return False
    return reason.get("Code") == "INSTANCE_FAILURE"


def _was_there(instance: dict[str, Any]) -> bool:
    return bool(instance.get("Ec2InstanceId")) and "CreationDateTime" in instance["Status"].get("Timeline", {})


def _use(instance: dict[str, Any], roles: dict[str, Role], zone: str, disk_gib: int) -> InstanceUse:
    times = instance["Status"]["Timeline"]
    started = times["CreationDateTime"].astimezone(UTC)
    ended = times.get("EndDateTime", datetime.now(UTC)).astimezone(UTC)
    return InstanceUse(
        instance_id=instance["Ec2InstanceId"],
        instance_type=instance["InstanceType"],
        market=instance["Market"],
        role=roles[instance["InstanceFleetId"]],
        zone=zone,
        started=started,
        ended=max(started, ended),
        ebs_gib=float(disk_gib + ROOT_GIB),
    )


def _pages(aws: Aws, operation: str, field: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    answer = aws.ask(operation, **arguments)
    yield from answer.get(field, [])
    while marker := answer.get("Marker"):
        answer = aws.ask(operation, **arguments, Marker=marker)
        yield from answer.get(field, [])
