"""What goes wrong while a step runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from local_emr.cluster import Cluster
from local_emr.errors import Reason
from local_emr.execution import Execution
from local_emr.instance import Instance
from local_emr.supply import SPOT

NOTICE_MINUTES = 2
LOST = Reason("INSTANCE_FAILURE", "Server.SpotInstanceTermination: Spot instance termination")
NO_CORE_LEFT = Reason("INSTANCE_FAILURE", "NO_SLAVE_LEFT: all core nodes of the cluster were terminated")


def lose_spot(cluster: Cluster, most: int | None = None) -> list[Instance]:
    """Take the spot instances of the core and task fleets away; without a core instance the cluster ends."""
    with cluster.changed:
        lost = [found for found in cluster.instances("CORE", "TASK") if found.alive and found.market == SPOT][:most]
        for instance in lost:
            instance.terminate(LOST)
        core = cluster.instances("CORE")
        if lost and core and not any(instance.alive for instance in core):
            cluster.end(NO_CORE_LEFT)
    return lost


class Trouble:
    """The faults of a cluster that strike during a step; ``strike`` is called again and again until they have."""

    def __init__(self, cluster: Cluster, execution: Execution, minute: float) -> None:
        self._cluster = cluster
        self._execution = execution
        self._notice = NOTICE_MINUTES * minute
        self._noticed: float | None = None
        self._next: Callable[[], bool] | None = self._first()
        self.lost_driver = False

    def strike(self) -> None:
        """Do what is due."""
        if self._next is not None and self._printed() and self._next():
            self._next = None

    def _first(self) -> Callable[[], bool] | None:
        faults = self._cluster.faults
        losses = {"during-step": self._lose_driver, "executor": self._lose_executor}
        return self._hang if faults.step == "hangs" else losses.get(faults.spot_loss)

    def _printed(self) -> bool:
        text = self._cluster.faults.after_output
        return self._noticed is not None or not text or self._execution.printed(text)

    def _hang(self) -> bool:
        self._execution.hang()
        return True

    def _lose_executor(self) -> bool:
        if not self._execution.kill_executor():
            return False
        lose_spot(self._cluster, most=1)
        return True

    def _lose_driver(self) -> bool:
        if self._noticed is None:
            self._noticed = time.monotonic()
        if time.monotonic() - self._noticed < self._notice:
            return False
        if lose_spot(self._cluster):
            self.lost_driver = True
            self._execution.kill()
        return True
