"""The life of one cluster, in a thread of its own."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from local_emr.agent import reporting
from local_emr.cluster import CLUSTER_TERMINATED, WITHOUT_ERRORS, Cluster
from local_emr.errors import Ending, Reason
from local_emr.execution import Execution
from local_emr.launch import PHASE_SECONDS, TICK_SECONDS, Launch
from local_emr.logs import LOST_NODE, Logs
from local_emr.machine import Machine
from local_emr.step import Step
from local_emr.submission import parse
from local_emr.supply import Supply
from local_emr.trouble import Trouble, lose_spot

BUG = Reason("INTERNAL_ERROR", "The local EMR itself failed: see the test's output")


class Lifecycle:
    """Takes a cluster from STARTING to its end."""

    def __init__(self, cluster: Cluster, machine: Machine, minute: float, supply: Supply) -> None:
        self._cluster = cluster
        self._machine = machine
        self._minute = minute
        self._supply = supply
        self._logs = Logs(cluster, machine.store)

    def live(self) -> None:
        """Returns once the cluster has ended."""
        try:
            with contextlib.suppress(Ending):
                Launch(self._cluster, self._machine, self._logs, self._minute, self._supply).run()
                with reporting(self._cluster, self._put_metrics):
                    self._work()
        finally:
            self._terminate(self._cluster.ending or BUG)

    def _put_metrics(self, request: dict[str, Any]) -> None:
        self._machine.cloudwatch().put_metric_data(**request)

    def _work(self) -> None:
        cluster = self._cluster
        if cluster.faults.spot_loss == "before-step":
            lose_spot(cluster)
        last = "ready to run steps"
        while True:
            cluster.wait(0)
            step = self._next_step()
            if step is not None:
                cluster.move_to("RUNNING", Reason("", "Running step"))
                last = "ready after last step " + self._run(step).lower()
            elif cluster.keeps_alive:
                self._idle(Reason("", f"Cluster {last}."))
            else:
                failed = any(other.state == "FAILED" for other in cluster.steps)
                cluster.end(Reason("ALL_STEPS_COMPLETED", "Steps completed" + " with errors" * failed))

    def _next_step(self) -> Step | None:
        return next((step for step in self._cluster.steps if step.state == "PENDING"), None)

    def _idle(self, reason: Reason) -> None:
        """Wait for a step, at most as long as the auto-termination policy allows."""
        self._cluster.move_to("WAITING", reason)
        since = time.monotonic()
        while not self._cluster.wait(TICK_SECONDS, lambda: self._next_step() is not None):
            self._resize()
            timeout = self._cluster.idle_timeout
            if timeout is not None and time.monotonic() - since > timeout / 60 * self._minute:
                self._cluster.end(Reason("USER_REQUEST", f"Terminated after being idle for {timeout} seconds"))

    def _resize(self) -> None:
        """Get what modified fleets ask for; what EC2 does not have stays away."""
        for fleet in self._cluster.fleets:
            if fleet.state == "RESIZING":
                with self._cluster.changed:
                    for instance in fleet.fill(self._supply):
                        instance.run()
                    fleet.move_to("RUNNING")

    def _run(self, step: Step) -> str:
        """Run one step to its end and do to the cluster what its failure asks for; returns its state."""
        step.application_ids = (self._cluster.application_id(self._cluster.steps.index(step) + 1),)
        step.start()
        execution = self._machine.run(self._cluster, step)
        trouble = Trouble(self._cluster, execution, self._minute)
        try:
            self._attend(step, execution, trouble)
        finally:
            execution.kill()
            self._upload(step, execution, trouble)
            self._end(step, execution, trouble)
        if step.state == "FAILED":
            self._act_on_failure(step)
        return step.state

    def _attend(self, step: Step, execution: Execution, trouble: Trouble) -> None:
        while execution.code is None and step.state != "CANCEL_PENDING":
            self._cluster.wait(TICK_SECONDS, lambda: step.state == "CANCEL_PENDING")
            self._resize()
            trouble.strike()

    def _upload(self, step: Step, execution: Execution, trouble: Trouble) -> None:
        submits = step.arguments[0] == "spark-submit"
        on_cluster = submits and parse(step.arguments[1:], {}).on_cluster
        self._logs.step(step, execution, on_cluster, trouble.lost_driver)
        if submits:
            self._logs.executors(step, self._machine.spark_home(self._cluster, step) / "work")

    def _end(self, step: Step, execution: Execution, trouble: Trouble) -> None:
        with self._cluster.changed:
            asked = self._cluster.ending is not None and self._cluster.ending.code == "USER_REQUEST"
            if execution.code == 0:
                step.end("COMPLETED")
            elif step.state == "CANCEL_PENDING" or asked:
                step.end("CANCELLED")
            else:
                step.end("FAILED", LOST_NODE if trouble.lost_driver else _last_line(execution))

    def _act_on_failure(self, step: Step) -> None:
        if step.action_on_failure == "CANCEL_AND_WAIT":
            self._cancel_pending()
        elif step.action_on_failure == "TERMINATE_CLUSTER" and not self._cluster.protected:
            self._cluster.end(Reason("STEP_FAILURE", "Shut down as step failed"))

    def _cancel_pending(self) -> None:
        with self._cluster.changed:
            for step in self._cluster.steps:
                if step.state == "PENDING":
                    step.end("CANCELLED")

    def _terminate(self, reason: Reason) -> None:
        cluster = self._cluster
        cluster.move_to("TERMINATING", reason)
        self._cancel_pending()
        cluster.move_fleets("TERMINATING", CLUSTER_TERMINATED)
        for instance in cluster.instances():
            instance.terminate(CLUSTER_TERMINATED)
            self._logs.node(instance)
        time.sleep(PHASE_SECONDS)
        cluster.move_fleets("TERMINATED", CLUSTER_TERMINATED)
        cluster.move_to("TERMINATED" if reason.code in WITHOUT_ERRORS else "TERMINATED_WITH_ERRORS", reason)


def _last_line(execution: Execution) -> str:
    lines = execution.stderr.read_text("utf-8", "replace").splitlines()
    return lines[-1] if lines else ""
