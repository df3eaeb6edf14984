"""One cluster: what was asked for and the state that it has. Its thread is in ``lifecycle``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_emr.errors import Ending, Reason
from local_emr.faults import Faults
from local_emr.fleet import Fleet
from local_emr.ids import identifier, now
from local_emr.instance import Instance, timeline
from local_emr.step import Step

ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")
WITHOUT_ERRORS = ("USER_REQUEST", "ALL_STEPS_COMPLETED")
# What DescribeCluster repeats of the request.
REPEATED = (
    "Applications",
    "AutoScalingRole",
    "Configurations",
    "CustomAmiId",
    "EbsRootVolumeSize",
    "LogUri",
    "OSReleaseLabel",
    "ReleaseLabel",
    "ScaleDownBehavior",
    "SecurityConfiguration",
    "ServiceRole",
)
# Of the instances of a cluster that ends.
CLUSTER_TERMINATED = Reason("CLUSTER_TERMINATED", "Job flow terminated")


@dataclass
class Cluster:
    """A cluster as RunJobFlow asked for it.

    ``changed`` guards everything; whoever waits for a change of state waits on it.
    """

    request: Mapping[str, Any]
    region: str
    zone: str
    faults: Faults
    starter: str | None = None
    id: str = field(default_factory=lambda: identifier("j"))
    state: str = "STARTING"
    states: list[str] = field(default_factory=lambda: ["STARTING"])
    reason: Reason = field(default_factory=Reason)
    fleets: list[Fleet] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    scaling: Mapping[str, Any] | None = None
    idle_timeout: int | None = None
    protected: bool = False
    created: datetime = field(default_factory=now)
    ready: datetime | None = None
    ended: datetime | None = None
    ending: Reason | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        instances = self.request["Instances"]
        self.fleets = [Fleet(fleet) for fleet in instances.get("InstanceFleets", [])]
        self.tags = {tag["Key"]: tag.get("Value", "") for tag in self.request.get("Tags", [])}
        self.scaling = self.request.get("ManagedScalingPolicy")
        self.idle_timeout = self.request.get("AutoTerminationPolicy", {}).get("IdleTimeout")
        self.protected = instances.get("TerminationProtected", False)
        self.add_steps(self.request.get("Steps", []))

    @property
    def access_key(self) -> str:
        """The access key of its instance profile: what its own calls are known by."""
        return f"ASIA{self.id.removeprefix('j-')}"

    @property
    def logs(self) -> str | None:
        """Where its logs go, without a slash at the end."""
        uri: str | None = self.request.get("LogUri")
        return f"{uri.rstrip('/')}/{self.id}" if uri else None

    @property
    def keeps_alive(self) -> bool:
        """Whether it waits for more steps once it has none."""
        keeps: bool = self.request["Instances"].get("KeepJobFlowAliveWhenNoSteps", False)
        return keeps

    @property
    def alive(self) -> bool:
        return self.state not in ENDED

    def instances(self, *roles: str) -> list[Instance]:
        """Those of these roles (of all without one), with those that are gone."""
        return [found for fleet in self.fleets if not roles or fleet.role in roles for found in fleet.instances]

    def application_id(self, number: int) -> str:
        """YARN's name of its nth application."""
        return f"application_{int(self.created.timestamp() * 1000)}_{number:04d}"

    def add_steps(self, requests: list[Mapping[str, Any]]) -> list[Step]:
        """Put steps at the end of the queue."""
        added = []
        for request in requests:
            step = Step(request)
            step.log_uri = f"{self.logs}/steps/{step.id}" if self.logs else None
            added.append(step)
        self.steps.extend(added)
        return added

    def move_to(self, state: str, reason: Reason | None = None) -> None:
        """Change the state; tells who waits."""
        with self.changed:
            self.state, self.reason = state, reason or Reason()
            self.states.append(state)
            if state in ("RUNNING", "WAITING") and self.ready is None:
                self.ready = now()
            if state in ENDED:
                self.ended = now()
            self.changed.notify_all()

    def move_fleets(self, state: str, reason: Reason | None = None) -> None:
        """Change the state of all fleets, and of instances that are not ready yet."""
        with self.changed:
            for fleet in self.fleets:
                fleet.move_to(state, reason)
                for instance in fleet.alive if state == "BOOTSTRAPPING" else []:
                    instance.state = state

    def end(self, reason: Reason) -> None:
        """Have its thread terminate it; the first reason stays."""
        with self.changed:
            if self.ending is None:
                self.ending = reason
            self.changed.notify_all()

    def wait(self, seconds: float | None, until: Callable[[], bool] = lambda: False) -> bool:
        """Wait for at most so long; whether ``until`` holds. Raises Ending once the cluster is to terminate."""
        with self.changed:
            held = self.changed.wait_for(lambda: self.ending is not None or until(), seconds)
            if self.ending is not None:
                raise Ending
            return held

    def described(self) -> dict[str, Any]:
        """As DescribeCluster gives it."""
        asked = self.request
        network = asked["Instances"]
        return {
            **self.summary(),
            **{name: asked[name] for name in REPEATED if name in asked},
            "Ec2InstanceAttributes": {
                "Ec2AvailabilityZone": self.zone if self.instances() else None,
                "IamInstanceProfile": asked.get("JobFlowRole"),
                "Ec2SubnetId": network.get("Ec2SubnetId"),
                "RequestedEc2SubnetIds": network.get("Ec2SubnetIds", []),
                "RequestedEc2AvailabilityZones": network.get("Placement", {}).get("AvailabilityZones", []),
                "EmrManagedMasterSecurityGroup": network.get("EmrManagedMasterSecurityGroup"),
                "EmrManagedSlaveSecurityGroup": network.get("EmrManagedSlaveSecurityGroup"),
            },
            "InstanceCollectionType": "INSTANCE_FLEET",
            "AutoTerminate": not self.keeps_alive,
            "TerminationProtected": self.protected,
            "VisibleToAllUsers": asked.get("VisibleToAllUsers", True),
            "StepConcurrencyLevel": asked.get("StepConcurrencyLevel", 1),
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }

    def summary(self) -> dict[str, Any]:
        """As ListClusters gives it."""
        return {
            "Id": self.id,
            "Name": self.request["Name"],
            "ClusterArn": f"arn:aws:elasticmapreduce:{self.region}:123456789012:cluster/{self.id}",
            "NormalizedInstanceHours": 0,
            "Status": {
                "State": self.state,
                "StateChangeReason": self.reason.described(),
                "Timeline": timeline(self.created, self.ready, self.ended),
                "ErrorDetails": self.reason.details or None,
            },
        }
