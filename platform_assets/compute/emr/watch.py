"""Watching one cluster until no machine of it runs any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.poll import decide, gave_up
from platform_assets.compute.emr.reporting import Listener
from platform_assets.compute.emr.settings import EmrSettings, Phase
from platform_assets.compute.emr.view import ClusterView, view_of

# So many signs in the time after which a watcher is taken for dead.
SIGNS = 5


@dataclass
class Watch:
    """One cluster under watch.

    Attributes:
        sign: object that says that somebody watches; the reaper ends clusters without one.
        seconds: how long each phase took so far.
        overdue: phase that took longer than declared, for which the cluster was ended.
    """

    aws: Aws
    settings: EmrSettings
    cluster_id: str
    report: Report
    listener: Listener
    sign: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    seconds: dict[Phase, float] = field(default_factory=dict)
    overdue: Phase | None = None
    _signed: float | None = None

    def until_end(self) -> ClusterView:
        """Look again and again, tell the news, end what is overdue; the last view, of an ended cluster if all is well.

        A cluster that does not end although it was asked to is left to EMR and the reaper.
        """
        view, since, asked_at = self._look(), self.clock(), None
        while True:
            self._tell()
            now = self.clock()
            decision = decide(view, now - since, self.settings.timeouts, asked_at is not None)
            if decision.action == "terminate":
                self.overdue, asked_at = decision.overdue, now
                self.listener.log.warning(
                    f"Cluster {self.cluster_id}: phase '{decision.overdue}' took longer than "
                    f"{self.settings.timeouts.seconds(view.phase) / 60:g} minutes; it is ended."
                )
                self.end()
            if decision.action == "ended" or (asked_at and gave_up(now - asked_at, self.settings.timeouts)):
                return view
            self.sleep(self.settings.poll_seconds)
            before, view = view, self._look()
            since = self._passed(before, view, since)

    def end(self) -> None:
        """Ask EMR to end the cluster; one that has ended stays as it is."""
        self.aws.ask("terminate_job_flows", JobFlowIds=[self.cluster_id])

    def _look(self) -> ClusterView:
        cluster = self.aws.ask("describe_cluster", ClusterId=self.cluster_id)["Cluster"]
        steps = self.aws.ask("list_steps", ClusterId=self.cluster_id).get("Steps", [])
        return view_of(cluster, steps)

    def _tell(self) -> None:
        for message in self.report.news(self.aws.s3):
            self.listener.hear(message)
        if self._signed is None or self.clock() - self._signed > self.settings.silent_minutes * 60 / SIGNS:
            objects.write(self.aws.s3, self.sign, b"")
            self._signed = self.clock()

    def _passed(self, before: ClusterView, view: ClusterView, since: float) -> float:
        """Book the time of a phase that has ended, and say what comes next; since when the phase of ``view`` lasts."""
        if view.phase == before.phase and view.has_ended == before.has_ended:
            return since
        now = self.clock()
        self.seconds[before.phase] = self.seconds.get(before.phase, 0.0) + now - since
        words = f"{view.state} {view.code}".strip().lower().replace("_", " ")
        self.listener.log.info(f"Cluster {self.cluster_id}: {words}{f' in {view.zone}' if view.zone else ''}.")
        return now
