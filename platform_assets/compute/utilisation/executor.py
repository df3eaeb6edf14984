"""What became of one executor."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: Executors that went as they were told to: to shrink the application, or at its end.
_INTENDED = re.compile(
    r"killed by driver|spark scale down|idle|driver command(ed)? (a )?shutdown|application.*finished"
)


@dataclass(frozen=True)
class ExecutorUse:
    """One executor within the run; times are milliseconds of the epoch, clipped to the run.

    Attributes:
        executor_id: Spark's; ``driver`` is the one of a local master.
        cores: "Total Cores".
        removed_reason: "Removed Reason", None if it stayed to the end.
        is_lost: whether it went without having been told to, before the application ended.
        task_seconds: time of its tasks, "Finish Time" less "Launch Time".
        peak_heap: the largest "JVMHeapMemory" that was seen, bytes; None if Spark recorded none, see
            ``spark.eventLog.logStageExecutorMetrics``.
        peak_python: the largest "ProcessTreePythonRSSMemory", bytes; None likewise, see
            ``spark.executor.processTreeMetrics.enabled``.
    """

    executor_id: str
    host: str
    cores: int
    added_ms: int
    removed_ms: int
    removed_reason: str | None
    is_lost: bool
    tasks: int
    failed_tasks: int
    task_seconds: float
    peak_heap: int | None
    peak_python: int | None

    @property
    def seconds(self) -> float:
        """How long it was there."""
        return (self.removed_ms - self.added_ms) / 1000

    @property
    def idle_share(self) -> float:
        """Share of its cores' time without a task, 0 to 1: 1 - task_seconds / (cores * seconds)."""
        there = self.cores * self.seconds
        return max(0.0, 1 - self.task_seconds / there) if there > 0 else 0.0


@dataclass
class ExecutorTally:
    """Adds up what an executor did."""

    executor_id: str
    host: str
    cores: int
    added_ms: int
    removed_ms: int | None = None
    removed_reason: str | None = None
    tasks: int = 0
    failed_tasks: int = 0
    task_ms: int = 0
    peaks: dict[str, int] = field(default_factory=dict)

    def add_peaks(self, metrics: dict[str, int]) -> None:
        """Peaks that Spark reported, as "Executor Metrics" has them; 0 means that nothing was measured."""
        for name in ("JVMHeapMemory", "ProcessTreePythonRSSMemory"):
            if metrics.get(name, 0) > self.peaks.get(name, 0):
                self.peaks[name] = metrics[name]

    def build(self, start_ms: int, end_ms: int, *, is_finished: bool) -> ExecutorUse | None:
        """Its part of a run, which is finished or was cut off; None if it was not there meanwhile."""
        removed = end_ms if self.removed_ms is None else self.removed_ms
        added = max(self.added_ms, start_ms)
        if added >= end_ms or removed <= start_ms:
            return None
        reason = self.removed_reason if removed < end_ms or not is_finished else None
        return ExecutorUse(
            executor_id=self.executor_id,
            host=self.host,
            cores=self.cores,
            added_ms=added,
            removed_ms=min(removed, end_ms),
            removed_reason=reason,
            is_lost=reason is not None and _INTENDED.search(reason.lower()) is None,
            tasks=self.tasks,
            failed_tasks=self.failed_tasks,
            task_seconds=self.task_ms / 1000,
            peak_heap=self.peaks.get("JVMHeapMemory"),
            peak_python=self.peaks.get("ProcessTreePythonRSSMemory"),
        )
