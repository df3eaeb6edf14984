"""What EMR refuses to start, as its API reference says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_emr.errors import invalid

RUNNER = "command-runner.jar"
ACTIONS = ("TERMINATE_JOB_FLOW", "TERMINATE_CLUSTER", "CANCEL_AND_WAIT", "CONTINUE")
MOST_TYPES, MOST_TYPES_BY_STRATEGY = 5, 30
MOST_TAGS, MOST_STEPS = 50, 256
SPOT_TIMEOUT_MINUTES = (5, 1440)
IDLE_SECONDS = (60, 604_800)


def check_cluster(request: Mapping[str, Any]) -> None:
    """Raises ApiError for the first rule that a RunJobFlow request breaks."""
    for name in ("ReleaseLabel", "ServiceRole", "JobFlowRole"):
        if not request.get(name):
            raise invalid(f"{name} is required.")
    if not request.get("LogUri", "s3://").startswith(("s3://", "s3n://")):
        raise invalid("LogUri must be a location in Amazon S3.")
    if len(request.get("Tags", [])) > MOST_TAGS:
        raise invalid(f"A cluster may have at most {MOST_TAGS} tags.")
    if request.get("StepConcurrencyLevel", 1) != 1:
        raise invalid("The local EMR runs one step at a time.")
    _check_fleets(request["Instances"])
    check_steps(request.get("Steps", []))
    if "AutoTerminationPolicy" in request:
        check_idle_timeout(request["AutoTerminationPolicy"])


def check_steps(steps: list[Mapping[str, Any]]) -> None:
    """Raises ApiError for the first step that EMR, or the local one, does not run."""
    if len(steps) > MOST_STEPS:
        raise invalid(f"Maximum number of steps is {MOST_STEPS}.")
    for step in steps:
        if step.get("ActionOnFailure", "CONTINUE") not in ACTIONS:
            raise invalid(f"Invalid action on failure: {step['ActionOnFailure']}.")
        jar = step["HadoopJarStep"]
        if jar["Jar"] != RUNNER or not jar.get("Args"):
            raise invalid(f"The local EMR runs {RUNNER} with arguments only, not {jar['Jar']}.")


def check_idle_timeout(policy: Mapping[str, Any]) -> None:
    """Raises ApiError if an auto-termination policy is out of bounds."""
    least, most = IDLE_SECONDS
    if not least <= policy["IdleTimeout"] <= most:
        raise invalid(f"IdleTimeout must be between {least} and {most} seconds.")


def _check_fleets(instances: Mapping[str, Any]) -> None:
    fleets = instances.get("InstanceFleets", [])
    roles = [fleet["InstanceFleetType"] for fleet in fleets]
    if not fleets:
        raise invalid("The local EMR knows instance fleets only.")
    if len(set(roles)) != len(roles) or not {"MASTER"} <= set(roles):
        raise invalid("A cluster has one MASTER fleet and at most one CORE and one TASK fleet.")
    if "Ec2SubnetId" in instances and "Ec2SubnetIds" in instances:
        raise invalid("Only one of Ec2SubnetId and Ec2SubnetIds may be specified.")
    for fleet in fleets:
        _check_fleet(fleet)


def _check_fleet(fleet: Mapping[str, Any]) -> None:
    role, configs = fleet["InstanceFleetType"], fleet.get("InstanceTypeConfigs", [])
    capacity = fleet.get("TargetOnDemandCapacity", 0) + fleet.get("TargetSpotCapacity", 0)
    if role == "MASTER" and capacity != 1:
        raise invalid("The MASTER fleet must have a target capacity of 1.")
    if role == "CORE" and capacity < 1:
        raise invalid("The CORE fleet must have a target capacity of at least 1.")
    names = [config["InstanceType"] for config in configs]
    if not names or len(set(names)) != len(names):
        raise invalid(f"The {role} fleet must name instance types, each once.")
    launch = fleet.get("LaunchSpecifications", {})
    if len(names) > (MOST_TYPES_BY_STRATEGY if _by_strategy(launch) else MOST_TYPES):
        raise invalid(f"The {role} fleet names too many instance types: {len(names)}.")
    for config in configs:
        _check_type(role, config)
    if "SpotSpecification" in launch:
        _check_spot(role, launch["SpotSpecification"])


def _by_strategy(launch: Mapping[str, Any]) -> bool:
    return any("AllocationStrategy" in specification for specification in launch.values())


def _check_type(role: str, config: Mapping[str, Any]) -> None:
    if "BidPrice" in config and "BidPriceAsPercentageOfOnDemandPrice" in config:
        raise invalid("Only one of BidPrice and BidPriceAsPercentageOfOnDemandPrice may be specified.")
    if role == "MASTER" and config.get("WeightedCapacity", 1) != 1:
        raise invalid("WeightedCapacity of the MASTER fleet must be 1.")


def _check_spot(role: str, specification: Mapping[str, Any]) -> None:
    least, most = SPOT_TIMEOUT_MINUTES
    if not least <= specification["TimeoutDurationMinutes"] <= most:
        raise invalid(f"TimeoutDurationMinutes of the {role} fleet must be between {least} and {most}.")
