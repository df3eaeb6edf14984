"""CloudWatch's agent on the machines of a cluster, if EMR was asked to install it: real figures of this machine.

Every machine of a cluster is this one, so all report the same: CPU since the last report, memory, and the root disk.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local_emr.cluster import Cluster

APPLICATION = "AmazonCloudWatchAgent"
# Once a minute on Amazon; more often than this would cost the tests more than it shows.
REPORT_SECONDS = 1.0
END_SECONDS = 10
NODE_TYPES = {"MASTER": "master", "CORE": "core", "TASK": "task"}
Put = Callable[[dict[str, Any]], object]


@contextlib.contextmanager
def reporting(cluster: Cluster, put: Put) -> Iterator[None]:
    """Have the machines of a cluster report while it works, a last time at its end.

    Args:
        put: sends the parameters of PutMetricData.
    """
    if APPLICATION not in {each["Name"] for each in cluster.request.get("Applications", [])}:
        yield
        return
    ended, agent = threading.Event(), _Agent(cluster, put)
    thread = threading.Thread(target=agent.report_until, args=(ended,), name=f"{cluster.id} agent", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(END_SECONDS)


class _Agent:
    def __init__(self, cluster: Cluster, put: Put) -> None:
        self._cluster = cluster
        self._put = put
        self._names = set(_asked_for(cluster))
        self._before = _cpu_ticks()

    def report_until(self, ended: threading.Event) -> None:
        while not ended.wait(REPORT_SECONDS):
            self._report()
        self._report()

    def _report(self) -> None:
        at, measured = datetime.now(UTC), self._measured()
        data = [
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value, "Unit": "Percent"}
            for dimensions in self._machines()
            for name, value in measured.items()
            if name in self._names
        ]
        if data:
            self._put({"Namespace": "CWAgent", "MetricData": data})

    def _measured(self) -> dict[str, float]:
        (busy_before, all_before), (busy, all_now) = self._before, _cpu_ticks()
        self._before = busy, all_now
        disk = os.statvfs("/")
        return {
            "cpu_usage_active": 100 * (busy - busy_before) / max(all_now - all_before, 1),
            "mem_used_percent": _memory_percent(),
            "disk_used_percent": 100 * (1 - disk.f_bavail / disk.f_blocks),
        }

    def _machines(self) -> list[list[dict[str, str]]]:
        with self._cluster.changed:
            return [
                [
                    {"Name": "cluster.id", "Value": self._cluster.id},
                    {"Name": "instance.id", "Value": instance.ec2_id},
                    {"Name": "node.type", "Value": NODE_TYPES[fleet.role]},
                    {"Name": "service.name", "Value": "system"},
                ]
                for fleet in self._cluster.fleets
                for instance in fleet.alive
            ]


def _asked_for(cluster: Cluster) -> Iterator[str]:
    """Names of metrics below ``emr-system-metrics`` of ``emr-metrics``."""
    for metrics in _named(cluster.request.get("Configurations", []), "emr-metrics"):
        for system in _named(metrics.get("Configurations", []), "emr-system-metrics"):
            for each in system.get("Configurations", []):
                yield from each["Properties"]["metrics"].split(",")


def _named(configurations: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    return (each for each in configurations if each["Classification"] == name)


def _cpu_ticks() -> tuple[int, int]:
    """Busy and all ticks of all cores since the machine started (proc(5): /proc/stat)."""
    ticks = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def _memory_percent() -> float:
    lines = Path("/proc/meminfo").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return 100 * (1 - kib["MemAvailable"] / kib["MemTotal"])
