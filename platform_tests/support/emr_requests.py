"""What tests ask of EMR: small clusters with steps, and waiting for what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from local_emr import LocalEmr

WAIT_SECONDS = 120
ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")


def fleet(role: str, on_demand: int = 0, spot: int = 0, **more: Any) -> dict[str, Any]:
    """An instance fleet of two types."""
    types = [{"InstanceType": "m5.xlarge"}, {"InstanceType": "r5.xlarge"}]
    capacity = {"TargetOnDemandCapacity": on_demand, "TargetSpotCapacity": spot}
    return {"InstanceFleetType": role, "InstanceTypeConfigs": types, **capacity, **more}


def step(*command: str, on_failure: str = "TERMINATE_CLUSTER") -> dict[str, Any]:
    """A step of command-runner.jar."""
    jar = {"Jar": "command-runner.jar", "Args": list(command)}
    return {"Name": command[0], "ActionOnFailure": on_failure, "HadoopJarStep": jar}


def request(
    *steps: Mapping[str, Any],
    fleets: Sequence[Mapping[str, Any]] = (fleet("MASTER", 1), fleet("CORE", spot=2)),
    tags: Mapping[str, str] | None = None,
    keep: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """The parameters of ``run_job_flow``."""
    return {
        "Name": "test",
        "ReleaseLabel": "emr-spark-8.1.0",
        "ServiceRole": "EMR_DefaultRole_V2",
        "JobFlowRole": "EMR_EC2_DefaultRole",
        "Instances": {"InstanceFleets": list(fleets), "KeepJobFlowAliveWhenNoSteps": keep},
        "Steps": list(steps),
        "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        **more,
    }


def start(emr: LocalEmr, *steps: Mapping[str, Any], **more: Any) -> str:
    """Start a cluster; returns its id."""
    name: str = emr.client("emr").run_job_flow(**request(*steps, **more))["JobFlowId"]
    return name


def wait(emr: LocalEmr, cluster: str, *states: str) -> dict[str, Any]:
    """Wait until a cluster has one of these states (its end without one); returns its status."""
    client, deadline = emr.client("emr"), time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        status: dict[str, Any] = client.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]
        if status["State"] in (states or ENDED):
            return status
        time.sleep(0.05)
    raise TimeoutError(f"{cluster} is {status} after {WAIT_SECONDS} s")


def step_states(emr: LocalEmr, cluster: str) -> list[str]:
    """The states of a cluster's steps, first one first."""
    steps = emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    return [found["Status"]["State"] for found in reversed(steps)]
