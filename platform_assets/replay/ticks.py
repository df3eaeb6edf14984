"""The platform's daemon, without the waiting: the same sensors, cursors, ticks, jobs and runs, one round at a time.

Dagster's daemon evaluates every running sensor when its interval has passed and hands the requested runs to the
instance's run launcher. A replay does exactly that with the daemon's own functions on the same instance, except that
every sensor is due at once and that runs are executed in this process, one after the other. Afterwards the daemon of
``dagster dev`` goes on from the cursors that the replay left. The functions used are Dagster's internals; the pinned
version and the replay's test guard them (docs/decisions/0003).
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from dagster import DagsterInstance
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.scheduler.instigation import SensorInstigatorData
from dagster._core.storage.dagster_run import DagsterRun
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.sensor import execute_sensor_iteration
from dagster_shared.error import SerializableErrorInfo

from platform_assets.replay.storage import OPEN

MODULE = "platform_assets.definitions"
MAX_ROUNDS = 20
IN_PROCESS = {
    "run_launcher": {
        "module": "dagster._core.launcher.sync_in_memory_run_launcher",
        "class": "SyncInMemoryRunLauncher",
    },
    "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"},
}
OPEN_STORAGE = {"module": "platform_assets.replay.storage", "class": "OpenSqliteStorage"}


class ReplayStuck(RuntimeError):
    """The sensors keep requesting runs; something requests its own input."""


class SensorFailed(RuntimeError):
    """A sensor raised an error during its tick."""


class CodeLocationBroken(RuntimeError):
    """The code location does not load, so there is nothing to tick."""

    def __init__(self, error: SerializableErrorInfo) -> None:
        while error.cause is not None:
            error = error.cause
        super().__init__(f"{MODULE} does not load: {error.message.strip()} Correct that; 'dg check defs' shows more.")


class Ticker:
    """Evaluates all sensors of the code location on a Dagster instance."""

    def __init__(self, workspace: WorkspaceProcessContext) -> None:
        self._workspace = workspace
        self._log = logging.getLogger("platform.replay")

    @property
    def instance(self) -> DagsterInstance:
        """The Dagster instance that ticks and runs are recorded on."""
        return self._workspace.instance

    def until_quiet(self, on_round: Callable[[list[DagsterRun]], None] = lambda runs: None) -> list[DagsterRun]:
        """Tick every sensor, again and again, until a whole round requests nothing; returns the runs in order.

        Raises:
            SensorFailed: a sensor raised an error.
            ReplayStuck: there was no quiet round.
        """
        runs: list[DagsterRun] = []
        for _ in range(MAX_ROUNDS):
            new = self._round()
            if not new:
                return runs
            runs += new
            on_round(new)
        raise ReplayStuck(f"Sensors still request runs after {MAX_ROUNDS} rounds. Look at their ticks in the UI.")

    def _round(self) -> list[DagsterRun]:
        before = self.instance.get_runs_count()
        self._make_every_sensor_due()
        for problem in execute_sensor_iteration(self._workspace, self._log, None, None):
            if isinstance(problem, SerializableErrorInfo):
                raise SensorFailed(problem.to_string())
        count = self.instance.get_runs_count() - before
        return list(reversed(self.instance.get_runs(limit=count))) if count else []

    def _make_every_sensor_due(self) -> None:
        for state in self.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
            if isinstance(state.instigator_data, SensorInstigatorData):
                due = state.instigator_data._replace(last_tick_timestamp=None, last_tick_start_timestamp=None)
                self.instance.update_instigator_state(state.with_data(due))


@contextlib.contextmanager
def open_ticker(dagster_home: Path) -> Iterator[Ticker]:
    """A ticker on the instance of ``dagster_home``, the one that ``dagster dev`` uses.

    Raises:
        CodeLocationBroken: the definitions do not load.
    """
    storage = {"custom": {**OPEN_STORAGE, "config": {"base_dir": str(dagster_home)}}}
    reference = InstanceRef.from_dir(str(dagster_home), overrides={**IN_PROCESS, "storage": storage})
    location = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE), location_name=MODULE
    )
    with (
        contextlib.closing(OPEN),
        DagsterInstance.from_ref(reference) as instance,
        WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget([location])) as workspace,
    ):
        entry = workspace.create_request_context().get_location_entry(MODULE)
        if entry is not None and entry.load_error is not None:
            raise CodeLocationBroken(entry.load_error)
        yield Ticker(workspace)
