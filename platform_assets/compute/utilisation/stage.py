"""What the tasks of one stage did."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median_low
from typing import Any

from platform_assets.compute.utilisation.period import instant

_FOLDERS = re.compile(r"(?<= )/(\S+/)*")
# Reasons of Spark's with which a task ends because of another machine, not of itself.
LOST_WITH_EXECUTOR = frozenset({"ExecutorLostFailure", "FetchFailed", "Resubmitted"})


@dataclass(frozen=True)
class StageUse:
    """One attempt of a stage. Sums are over all its tasks, in seconds and bytes; spellings in quotes are Spark's.

    Attributes:
        name: the line of code that asked for it ("Stage Name").
        submitted_ms, ended_ms: milliseconds of the epoch ("Submission Time", "Completion Time"); one that never
            completed ends with the log.
        tasks: how many it has ("Number of Tasks"), which is the number of its partitions.
        failed_tasks: attempts of tasks that did not succeed.
        task_seconds: "Finish Time" less "Launch Time".
        run_seconds: "Executor Run Time": without scheduling and the way of task and result.
        cpu_seconds: "Executor CPU Time" of the JVM; Python's own is not in it.
        gc_seconds: "JVM GC Time": pauses of the executor while the task ran.
        lost_seconds: task time that was in vain, because an executor was lost and took the task or its output along.
        memory_spilled, disk_spilled: "Memory Bytes Spilled" before and "Disk Bytes Spilled" after serialising.
        peak_execution_memory: the largest "Peak Execution Memory" of a task.
        input_bytes, output_bytes: "Bytes Read" and "Bytes Written" of files and caches.
        shuffle_read_bytes: "Remote Bytes Read" and "Local Bytes Read".
        shuffle_write_bytes: "Shuffle Bytes Written".
        median_task_seconds, max_task_seconds: of "Executor Run Time" of the tasks that succeeded.
        median_task_data, max_task_data: of what each of them read: input and shuffle bytes, or records
            ("Records Read", "Total Records Read") if ``data_unit`` says so because there were no bytes.
        failure: why it failed ("Failure Reason").
    """

    stage_id: int
    attempt: int
    name: str
    submitted_ms: int
    ended_ms: int
    tasks: int
    failed_tasks: int
    task_seconds: float
    run_seconds: float
    cpu_seconds: float
    gc_seconds: float
    lost_seconds: float
    memory_spilled: int
    disk_spilled: int
    peak_execution_memory: int
    input_bytes: int
    output_bytes: int
    shuffle_read_bytes: int
    shuffle_write_bytes: int
    median_task_seconds: float
    max_task_seconds: float
    median_task_data: int
    max_task_data: int
    data_unit: str
    failure: str | None

    @property
    def label(self) -> str:
        """Number and line of code, without the folders of the file: ``5 collect at features.py:54``."""
        return f"{self.stage_id} {_FOLDERS.sub('', self.name)}"

    @property
    def label_of_attempt(self) -> str:
        """The label, with the attempt from the second on."""
        return f"{self.label} (attempt {self.attempt + 1})" if self.attempt else self.label

    @property
    def submitted(self) -> datetime:
        """The submission, UTC."""
        return instant(self.submitted_ms)

    @property
    def seconds(self) -> float:
        """From submission to end."""
        return (self.ended_ms - self.submitted_ms) / 1000

    @property
    def cpu_share(self) -> float:
        """CPU time of the JVM per run time, 0 to 1: cpu_seconds / run_seconds."""
        return _share(self.cpu_seconds, self.run_seconds)

    @property
    def gc_share(self) -> float:
        """Garbage collection per run time, 0 to 1: gc_seconds / run_seconds."""
        return _share(self.gc_seconds, self.run_seconds)

    @property
    def time_skew(self) -> float:
        """Slowest task against the median: max_task_seconds / median_task_seconds; 1 is even."""
        return _ratio(self.max_task_seconds, self.median_task_seconds, 0.001)

    @property
    def data_skew(self) -> float:
        """The task that read most against the median: max_task_data / median_task_data; 1 is even."""
        return _ratio(self.max_task_data, self.median_task_data, 1)

    @property
    def bytes_read(self) -> int:
        """Input and shuffle together."""
        return self.input_bytes + self.shuffle_read_bytes


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else 0.0


def _ratio(most: float, middle: float, least: float) -> float:
    return max(most, least) / max(middle, least)


@dataclass
class StageTally:
    """Adds up the tasks of a stage; needs 24 bytes a task, for the medians."""

    stage_id: int
    attempt: int
    name: str
    tasks: int
    submitted_ms: int
    completed_ms: int | None = None
    failure: str | None = None
    failed_tasks: int = 0
    task_ms: int = 0
    lost_ms: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    peak_execution_memory: int = 0
    run_ms: array[int] = field(default_factory=lambda: array("q"))
    read_bytes: array[int] = field(default_factory=lambda: array("q"))
    read_records: array[int] = field(default_factory=lambda: array("q"))

    def add(self, reason: str, milliseconds: int, metrics: dict[str, Any]) -> None:
        """A task ended, after ``milliseconds``, with the fields "Reason" and "Task Metrics"."""
        if reason in LOST_WITH_EXECUTOR:
            self.lost_ms += milliseconds
        # It ran and was counted before; now its output is gone.
        if reason == "Resubmitted":
            return
        self.task_ms += milliseconds
        self.failed_tasks += reason != "Success"
        numbers = _numbers(metrics)
        for name, value in numbers.items():
            self.sums[name] = self.sums.get(name, 0) + value
        self.peak_execution_memory = max(self.peak_execution_memory, metrics.get("Peak Execution Memory", 0))
        if reason == "Success":
            self.run_ms.append(numbers["run"])
            self.read_bytes.append(numbers["input"] + numbers["shuffle read"])
            self.read_records.append(numbers["records"])

    def build(self, last_ms: int) -> StageUse:
        """The stage as far as it came; ``last_ms`` is the end of one that did not complete."""
        data, unit = (self.read_bytes, "bytes") if any(self.read_bytes) else (self.read_records, "records")
        total = {name: self.sums.get(name, 0) for name in _numbers({})}
        return StageUse(
            stage_id=self.stage_id,
            attempt=self.attempt,
            name=self.name,
            submitted_ms=self.submitted_ms,
            ended_ms=max(self.completed_ms or last_ms, self.submitted_ms),
            tasks=self.tasks,
            failed_tasks=self.failed_tasks,
            task_seconds=self.task_ms / 1000,
            run_seconds=total["run"] / 1000,
            cpu_seconds=total["cpu"] / 1e9,
            gc_seconds=total["gc"] / 1000,
            lost_seconds=self.lost_ms / 1000,
            memory_spilled=total["memory spilled"],
            disk_spilled=total["disk spilled"],
            peak_execution_memory=self.peak_execution_memory,
            input_bytes=total["input"],
            output_bytes=total["output"],
            shuffle_read_bytes=total["shuffle read"],
            shuffle_write_bytes=total["shuffle write"],
            median_task_seconds=median_low(self.run_ms) / 1000 if self.run_ms else 0.0,
            max_task_seconds=max(self.run_ms, default=0) / 1000,
            median_task_data=median_low(data) if data else 0,
            max_task_data=max(data, default=0),
            data_unit=unit,
            failure=self.failure,
        )


def _numbers(metrics: dict[str, Any]) -> dict[str, int]:
    read, written = metrics.get("Input Metrics", {}), metrics.get("Output Metrics", {})
    fetched, shuffled = metrics.get("Shuffle Read Metrics", {}), metrics.get("Shuffle Write Metrics", {})
    return {
        "run": metrics.get("Executor Run Time", 0),
        "cpu": metrics.get("Executor CPU Time", 0),
        "gc": metrics.get("JVM GC Time", 0),
        "memory spilled": metrics.get("Memory Bytes Spilled", 0),
        "disk spilled": metrics.get("Disk Bytes Spilled", 0),
        "input": read.get("Bytes Read", 0),
        "output": written.get("Bytes Written", 0),
        "shuffle read": fetched.get("Remote Bytes Read", 0) + fetched.get("Local Bytes Read", 0),
        "shuffle write": shuffled.get("Shuffle Bytes Written", 0),
        "records": read.get("Records Read", 0) + fetched.get("Total Records Read", 0),
    }
