"""CloudWatch's agent on the machines of a cluster: what it is told to measure, and under which names it reports.

The names are those of EMR's documentation ("Default metrics for CloudWatch agent with Amazon EMR", "Configure
CloudWatch agent for Amazon EMR 7.1.0"). Each metric of each machine is a custom metric that is paid for, so the agent
is told to send three of its 34.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_assets.compute.cost.usage import Role
from platform_assets.compute.utilisation.machines import Measure

APPLICATION = "AmazonCloudWatchAgent"
NAMESPACE = "CWAgent"
# The agent's own name of itself among the services of a machine that report.
SERVICE = "system"
NODE_TYPES: dict[Role, str] = {"primary": "master", "core": "core", "task": "task"}
# Where EMR mounts the root volume and those of Spark's local folders.
DISKS = "/,/mnt,/mnt1,/mnt2,/mnt3"


@dataclass(frozen=True)
class AgentMetric:
    """One metric: its classification below ``emr-system-metrics``, its name, and how values of a minute are joined."""

    classification: str
    name: str
    statistic: str


METRICS: dict[Measure, AgentMetric] = {
    "cpu": AgentMetric("cpu", "cpu_usage_active", "Average"),
    "memory": AgentMetric("mem", "mem_used_percent", "Average"),
    # A machine has several, and the fullest one stops the work.
    "disk": AgentMetric("disk", "disk_used_percent", "Maximum"),
}
# Values of single cores and disks would be metrics of their own, each with its price: the machine's is sent alone.
_OF_PARTS = {
    "cpu": {"drop_original_metrics": METRICS["cpu"].name},
    "disk": {"drop_original_metrics": METRICS["disk"].name, "resources": DISKS},
}


def agent_configuration() -> dict[str, Any]:
    """The classification ``emr-metrics``: three metrics a machine, each once a minute."""
    measured = [
        {
            "Classification": metric.classification,
            "Properties": {"metrics": metric.name, **_OF_PARTS.get(metric.classification, {})},
        }
        for metric in METRICS.values()
    ]
    system = {
        "Classification": "emr-system-metrics",
        "Properties": {"metrics_collection_interval": "60"},
        "Configurations": measured,
    }
    return {"Classification": "emr-metrics", "Properties": {}, "Configurations": [system]}


def dimensions(cluster_id: str, instance_id: str, role: Role) -> dict[str, str]:
    """The dimensions under which the agent of a machine reports."""
    return {
        "cluster.id": cluster_id,
        "instance.id": instance_id,
        "node.type": NODE_TYPES[role],
        "service.name": SERVICE,
    }
