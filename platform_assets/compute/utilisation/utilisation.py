"""What a run on Spark made of its machines: by run, stage and executor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from platform_assets.compute.utilisation.executor import ExecutorUse
from platform_assets.compute.utilisation.period import instant
from platform_assets.compute.utilisation.stage import StageUse
from platform_assets.compute.utilisation.timeline import Timeline


@dataclass(frozen=True)
class Utilisation:
    """One Spark application, or the part of one that a period covers.

    Attributes:
        application_id, name, spark_version: as Spark has them.
        started_ms, ended_ms: milliseconds of the epoch; an unfinished log ends with its last event.
        is_finished: whether the log says that the application, or the period, came to its end.
        executor_memory: bytes of heap that each executor was given (``spark.executor.memory``, with a local master
            ``spark.driver.memory``; Spark's default is 1 GiB).
        task_cores: cores that a task takes (``spark.task.cpus``).
        stages: in the order of their submission.
        executors: in the order in which they came.
        timeline: tasks over time, by executor.
    """

    application_id: str
    name: str
    spark_version: str
    started_ms: int
    ended_ms: int
    is_finished: bool
    executor_memory: int
    task_cores: int
    stages: tuple[StageUse, ...]
    executors: tuple[ExecutorUse, ...]
    timeline: Timeline

    @property
    def started(self) -> datetime:
        """The start, UTC."""
        return instant(self.started_ms)

    @property
    def seconds(self) -> float:
        """Wall seconds from start to end."""
        return (self.ended_ms - self.started_ms) / 1000

    @property
    def task_seconds(self) -> float:
        """Time of all tasks."""
        return sum(stage.task_seconds for stage in self.stages)

    @property
    def run_seconds(self) -> float:
        """Run time of all tasks ("Executor Run Time")."""
        return sum(stage.run_seconds for stage in self.stages)

    @property
    def cpu_share(self) -> float:
        """CPU time of the JVM per run time of the tasks, 0 to 1."""
        return self._share(sum(stage.cpu_seconds for stage in self.stages))

    @property
    def gc_share(self) -> float:
        """Garbage collection per run time of the tasks, 0 to 1; above 0.1 Spark's own UI marks it red."""
        return self._share(sum(stage.gc_seconds for stage in self.stages))

    @property
    def core_seconds(self) -> float:
        """Cores times seconds that the executors were there: what is paid for."""
        return sum(executor.cores * executor.seconds for executor in self.executors)

    @property
    def busy_share(self) -> float:
        """Share of the cores' time in which a task ran, 0 to 1: task_seconds * task_cores / core_seconds."""
        return min(self.task_seconds * self.task_cores / self.core_seconds, 1.0) if self.core_seconds else 0.0

    @property
    def memory_share(self) -> float | None:
        """The largest heap of any executor against ``executor_memory``; None if Spark recorded none."""
        peaks = [executor.peak_heap for executor in self.executors if executor.peak_heap is not None]
        return max(peaks) / self.executor_memory if peaks else None

    @property
    def lost_executors(self) -> tuple[ExecutorUse, ...]:
        """Executors that went without having been told to."""
        return tuple(executor for executor in self.executors if executor.is_lost)

    @property
    def slots_per_executor(self) -> int:
        """Tasks that the largest executor runs at once."""
        return max((executor.cores for executor in self.executors), default=0) // self.task_cores

    def slots_between(self, start_ms: int, end_ms: int) -> float:
        """Tasks that all executors could run at once between two times, on average."""
        if end_ms <= start_ms:
            return 0.0
        there = sum(
            (executor.cores // self.task_cores)
            * max(0, min(executor.removed_ms, end_ms) - max(executor.added_ms, start_ms))
            for executor in self.executors
        )
        return there / (end_ms - start_ms)

    def _share(self, seconds: float) -> float:
        return min(seconds / self.run_seconds, 1.0) if self.run_seconds else 0.0
