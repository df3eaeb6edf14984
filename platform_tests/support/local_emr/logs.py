"""Puts logs where EMR puts them: gzipped, below LogUri and the cluster's id."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from local_emr.cluster import Cluster
from local_emr.execution import Execution
from local_emr.ids import now
from local_emr.instance import Instance
from local_emr.step import Step
from local_emr.store import ObjectStore

DRIVER = 1
LOST_NODE = "Exit code is -100 Diagnostics: Container released on a *lost* node"


class Logs:
    """The logs of one cluster; without a LogUri there are none."""

    def __init__(self, cluster: Cluster, store: ObjectStore) -> None:
        self._cluster = cluster
        self._store = store

    def bootstrap(self, instance: Instance, number: int, message: str) -> None:
        """What a failed bootstrap action left."""
        folder = f"node/{instance.ec2_id}/bootstrap-actions/{number}"
        self._put(folder, {"controller": f"{_stamp()} ERROR Execution failed with code '1'", "stderr": message})

    def node(self, instance: Instance) -> None:
        """What the instance controller of a node says at its end."""
        self._put(
            f"node/{instance.ec2_id}/daemons/instance-controller", {"instance-controller.log": self._told(instance)}
        )

    def step(self, step: Step, execution: Execution, on_cluster: bool, lost_driver: bool) -> None:
        """What a step, its driver and its executors wrote."""
        stdout, stderr = execution.stdout.read_text("utf-8", "replace"), execution.stderr.read_text("utf-8", "replace")
        if lost_driver:
            stderr += f"\n{LOST_NODE}\n"
        code = execution.code
        controller = f"{_stamp()} INFO startExec 'hadoop jar command-runner.jar {' '.join(step.arguments)}'\n"
        controller += f"{_stamp()} {'INFO Step succeeded' if code == 0 else 'WARN Step failed'} with exitCode {code}\n"
        if on_cluster:
            self._container(step, DRIVER, {"stdout": stdout, "stderr": stderr})
            stdout, stderr = "", self._reported(step, code)
        written = {"controller": controller, "syslog": "", "stdout": stdout, "stderr": stderr}
        self._put(f"steps/{step.id}", written)

    def executors(self, step: Step, work: Path) -> None:
        """What executors of their own wrote: ``work/app-*/N/{stdout,stderr}`` of Spark's workers."""
        for folder in sorted(work.glob("app-*/*")):
            written = {name: (folder / name).read_text("utf-8", "replace") for name in ("stdout", "stderr")}
            self._container(step, DRIVER + 1 + int(folder.name), written)

    def _container(self, step: Step, number: int, written: Mapping[str, str]) -> None:
        application = step.application_ids[0]
        name = f"{application.replace('application', 'container')}_01_{number:06d}"
        self._put(f"containers/{application}/{name}", written)

    def _reported(self, step: Step, code: int | None) -> str:
        """What YARN's client says of a driver on the cluster."""
        application = step.application_ids[0]
        lines = [f"INFO Client: Submitted application {application}"]
        if code == 0:
            lines.append(f"INFO Client: Application report for {application} (state: FINISHED)")
        else:
            lines.append(
                'Exception in thread "main" org.apache.spark.SparkException: '
                f"Application {application} finished with failed status"
            )
        return "\n".join(lines) + "\n"

    def _told(self, instance: Instance) -> str:
        reason = f"{instance.reason.code} {instance.reason.message}"
        return f"{_stamp()} INFO {instance.ec2_id} {instance.type} {instance.state} {reason}\n"

    def _put(self, folder: str, written: Mapping[str, str]) -> None:
        """Best effort, as on EMR: a cluster does its work where its logs cannot be written."""
        from botocore.exceptions import ClientError

        if self._cluster.logs is not None:
            for name, content in written.items():
                with contextlib.suppress(ClientError):
                    self._store.put_gzipped(f"{self._cluster.logs}/{folder}/{name}.gz", content.encode())


def _stamp() -> str:
    return now().isoformat()
