"""What is asked of EMR for one attempt at a job: one cluster, one step, and an end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from platform_assets.compute.emr.agent import APPLICATION
from platform_assets.compute.emr.configurations import PACKAGES, configurations
from platform_assets.compute.emr.identity import Attempt
from platform_assets.compute.emr.packages import Packages
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.spot.fleet_plan import FleetPlan


@dataclass(frozen=True)
class Places:
    """Where the files of one attempt are, below the staging location."""

    root: str

    @classmethod
    def of(cls, settings: EmrSettings, attempt: Attempt) -> Places:
        """The places of an attempt."""
        return cls(f"{settings.staging}/runs/{attempt.folder}")

    @classmethod
    def of_logs(cls, log_uri: str) -> Places:
        """The places of the attempt whose cluster has these logs; EMR may give another scheme back."""
        return cls(re.sub(r"^s3[an]?://", "s3://", log_uri).rstrip("/").removesuffix("/logs"))

    @property
    def sign(self) -> str:
        """Written again and again by whoever watches the cluster."""
        return f"{self.root}/watched"

    @property
    def job(self) -> str:
        """The job as JSON."""
        return f"{self.root}/job.json"

    @property
    def result(self) -> str:
        """Its result as JSON, once there is one."""
        return f"{self.root}/result.json"

    @property
    def messages(self) -> str:
        """Folder of what the driver reports, in numbered pieces."""
        return f"{self.root}/messages"

    @property
    def event_logs(self) -> str:
        """Folder of Spark's event log."""
        return f"{self.root}/event-log"

    @property
    def logs(self) -> str:
        """Folder in which EMR makes one for the cluster's logs."""
        return f"{self.root}/logs"

    @property
    def metrics(self) -> str:
        """What the machines did, as gzipped JSON."""
        return f"{self.root}/machines.json.gz"

    @property
    def record(self) -> str:
        """What became of the attempt, as JSON."""
        return f"{self.root}/cluster.json"


def run_job_flow(
    settings: EmrSettings, attempt: Attempt, plan: FleetPlan, packages: Packages, reporting: Sequence[str]
) -> dict[str, Any]:
    """The arguments of RunJobFlow.

    Args:
        reporting: arguments by which the driver finds whom to report to.
    """
    places = Places.of(settings, attempt)
    request: dict[str, Any] = {
        "Name": attempt.name,
        "ReleaseLabel": settings.release,
        "LogUri": f"{places.logs}/",
        "Applications": [{"Name": name} for name in _applications(settings)],
        "Instances": _instances(settings, plan),
        "Steps": [_step(settings, places, packages, reporting)],
        "BootstrapActions": _bootstrap(packages),
        "Configurations": configurations(settings, plan, places.event_logs),
        "ServiceRole": settings.service_role,
        "JobFlowRole": settings.instance_profile,
        "VisibleToAllUsers": True,
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION",
        "AutoTerminationPolicy": {"IdleTimeout": settings.idle_minutes * 60},
        "Tags": [{"Key": key, "Value": value} for key, value in attempt.tags(settings.tags).items()],
    }
    optional = {"SecurityConfiguration": settings.security_configuration, "LogEncryptionKmsKeyId": settings.log_key}
    return request | {name: value for name, value in optional.items() if value}


def _applications(settings: EmrSettings) -> list[str]:
    return list(dict.fromkeys([*settings.applications, *([APPLICATION] if settings.metrics else [])]))


def _instances(settings: EmrSettings, plan: FleetPlan) -> dict[str, Any]:
    chosen = settings.subnets.get(plan.zone or "")
    subnets = [chosen] if chosen else list(settings.subnets.values())
    instances: dict[str, Any] = {
        "InstanceFleets": [_with_disks(fleet, settings.disk_gib) for fleet in plan.instance_fleets()],
        "KeepJobFlowAliveWhenNoSteps": False,
        "TerminationProtected": False,
    }
    groups = list(settings.security_groups)
    optional = {
        "Ec2SubnetIds": subnets,
        # In the account's default network; with subnets the chosen one says it.
        "Placement": {"AvailabilityZones": [plan.zone]} if plan.zone and not subnets else None,
        "AdditionalMasterSecurityGroups": groups,
        "AdditionalSlaveSecurityGroups": groups,
    }
    return instances | {name: value for name, value in optional.items() if value}


def _with_disks(fleet: dict[str, Any], gib: int) -> dict[str, Any]:
    volume = {"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": gib}, "VolumesPerInstance": 1}
    disks = {"EbsConfiguration": {"EbsBlockDeviceConfigs": [volume]}}
    return {**fleet, "InstanceTypeConfigs": [{**each, **disks} for each in fleet["InstanceTypeConfigs"]]}


def _step(settings: EmrSettings, places: Places, packages: Packages, reporting: Sequence[str]) -> dict[str, Any]:
    # The driver runs on the primary node, which is on demand; its output is in the step's logs.
    submit = ["spark-submit", "--deploy-mode", "client", "--py-files", packages.code, packages.driver]
    # A driver that hangs ends itself, should nobody be left to end it.
    limit = ["--limit-seconds", str(int(settings.timeouts.seconds("step")))]
    arguments = [*submit, "--job", places.job, "--result", places.result, *limit, *reporting]
    return {
        "Name": "job",
        "ActionOnFailure": "TERMINATE_CLUSTER",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": arguments},
    }


def _bootstrap(packages: Packages) -> list[dict[str, Any]]:
    if packages.environment is None:
        return []
    script = {"Path": packages.bootstrap, "Args": [packages.environment, PACKAGES]}
    return [{"Name": "dependencies", "ScriptBootstrapAction": script}]
