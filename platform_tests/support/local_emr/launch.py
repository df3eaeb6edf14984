"""From a request to a cluster that can work: capacity and bootstrap actions."""

from __future__ import annotations

import time

from local_emr.cluster import Cluster
from local_emr.errors import Reason
from local_emr.execution import Execution
from local_emr.fleet import Fleet
from local_emr.instance import Instance
from local_emr.logs import Logs
from local_emr.machine import Machine
from local_emr.supply import ON_DEMAND, SPOT, Supply

TICK_SECONDS = 0.05
PHASE_SECONDS = 0.1
ON_DEMAND_MINUTES = 2
DOCUMENTATION = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/"


class Launch:
    """STARTING and BOOTSTRAPPING of one cluster."""

    def __init__(self, cluster: Cluster, machine: Machine, logs: Logs, minute: float, supply: Supply) -> None:
        self._cluster = cluster
        self._machine = machine
        self._logs = logs
        self._minute = minute
        self._supply = supply

    def run(self) -> None:
        """Returns once the instances can work; raises Ending if they never will."""
        cluster = self._cluster
        cluster.wait(PHASE_SECONDS + cluster.faults.slow_start)
        self._provision()
        cluster.move_fleets("BOOTSTRAPPING")
        cluster.move_to("BOOTSTRAPPING", Reason("", "Running bootstrap actions"))
        cluster.wait(PHASE_SECONDS)
        self._bootstrap()
        for instance in cluster.instances():
            instance.run()
        cluster.move_fleets("RUNNING")

    def _provision(self) -> None:
        """Wait for the capacity of all fleets: EMR starts nothing before."""
        started = time.monotonic()
        while short := [fleet for fleet in self._cluster.fleets if self._short(fleet)]:
            minutes = (time.monotonic() - started) / self._minute
            for fleet in short:
                self._out_of_time(fleet, minutes)
            self._cluster.wait(TICK_SECONDS)

    def _short(self, fleet: Fleet) -> bool:
        with self._cluster.changed:
            fleet.fill(self._supply)
            return bool(fleet.short_of(SPOT) or fleet.short_of(ON_DEMAND))

    def _out_of_time(self, fleet: Fleet, minutes: float) -> None:
        timeout, action = fleet.spot_timeout
        if fleet.short_of(ON_DEMAND) and minutes > ON_DEMAND_MINUTES:
            types = [config["InstanceType"] for config in fleet.request["InstanceTypeConfigs"]]
            self._cluster.end(self._no_capacity(types))
        elif fleet.short_of(SPOT) and minutes > timeout:
            if action == "TERMINATE_CLUSTER":
                message = f"The {fleet.role} instance fleet timed out: no spot capacity within {timeout} minutes"
                self._cluster.end(Reason("INSTANCE_FLEET_TIMEOUT", message))
            fleet.switch_to_on_demand()

    def _no_capacity(self, types: list[str]) -> Reason:
        code = "INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ"
        message = f"EC2 has insufficient capacity for {', '.join(types)} in {self._cluster.zone}"
        data = [{"instance-type": types[0], "availability-zone": self._cluster.zone}]
        return Reason("INTERNAL_ERROR", message, [_detail(code, message, data)])

    def _bootstrap(self) -> None:
        for number, action in enumerate(self._cluster.request.get("BootstrapActions", []), 1):
            script = action["ScriptBootstrapAction"]["Path"]
            if self._machine.store.version(script) is None:
                what = f"failed attempting to download bootstrap action {number}"
                self._bootstrap_failed(number, "BOOTSTRAP_FAILURE_BA_DOWNLOAD_FAILED_PRIMARY", what, path=script)
        if self._cluster.faults.bootstrap == "fails":
            self._returned_non_zero(1, "made to fail")
        for number, execution in enumerate(self._machine.bootstrap(self._cluster), 1):
            self._attend(number, execution)

    def _attend(self, number: int, execution: Execution) -> None:
        try:
            while execution.code is None:
                self._cluster.wait(TICK_SECONDS)
        finally:
            execution.kill()
        if execution.code != 0:
            self._returned_non_zero(number, execution.stderr.read_text("utf-8", "replace"))

    def _returned_non_zero(self, number: int, stderr: str) -> None:
        self._logs.bootstrap(self._primary, number, stderr)
        what = f"bootstrap action {number} returned a non-zero return code"
        self._bootstrap_failed(number, "BOOTSTRAP_FAILURE_PRIMARY_WITH_NON_ZERO_CODE", what)

    def _bootstrap_failed(self, number: int, code: str, what: str, **told: str) -> None:
        data = [{"instance-id": self._primary.ec2_id, "bootstrap-action": str(number), **told}]
        message = f"Master instance ({self._primary.ec2_id}) {what}"
        self._cluster.end(Reason("BOOTSTRAP_FAILURE", message, [_detail(code, message, data)]))
        self._cluster.wait(0)

    @property
    def _primary(self) -> Instance:
        return self._cluster.instances("MASTER")[0]


def _detail(code: str, message: str, data: list[dict[str, str]]) -> dict[str, object]:
    page = {"public-doc": f"{DOCUMENTATION}{code}.html"}
    return {"ErrorCode": code, "ErrorMessage": message, "ErrorData": [{**entry, **page} for entry in data]}
