"""Spark's events, one after the other, become figures."""

from __future__ import annotations

from collections.abc import Callable

from platform_assets.compute.utilisation.executor import ExecutorTally
from platform_assets.compute.utilisation.lines import Event
from platform_assets.compute.utilisation.memory_text import DEFAULT_HEAP, as_bytes
from platform_assets.compute.utilisation.period import Period
from platform_assets.compute.utilisation.stage import StageTally
from platform_assets.compute.utilisation.timeline import TimelineBuilder
from platform_assets.compute.utilisation.utilisation import Utilisation


class Collector:
    """Takes the events of one log in their order and ignores those of kinds that it does not need.

    Args:
        period: only stages submitted in it count; by default all.
    """

    def __init__(self, period: Period | None = None) -> None:
        self._period = period
        self._application = {"id": "", "name": "", "version": ""}
        self._started: int | None = None
        self._ended: int | None = None
        self._last = 0
        self._settings: dict[str, str] = {}
        self._stages: dict[tuple[int, int], StageTally] = {}
        self._executors: dict[str, ExecutorTally] = {}
        self._running: dict[int, tuple[str, int]] = {}
        self._timeline: TimelineBuilder | None = None
        self._handlers: dict[str, Callable[[Event], None]] = {
            "SparkListenerLogStart": self._log_start,
            "SparkListenerEnvironmentUpdate": self._environment,
            "SparkListenerApplicationStart": self._application_start,
            "SparkListenerApplicationEnd": self._application_end,
            "SparkListenerExecutorAdded": self._executor_added,
            "SparkListenerExecutorRemoved": self._executor_removed,
            "SparkListenerStageSubmitted": self._stage_submitted,
            "SparkListenerStageCompleted": self._stage_completed,
            "SparkListenerTaskStart": self._task_start,
            "SparkListenerTaskEnd": self._task_end,
            "SparkListenerStageExecutorMetrics": self._stage_executor_metrics,
        }

    @property
    def has_started(self) -> bool:
        """Whether the log said which application it is of."""
        return self._started is not None

    def add(self, event: Event) -> None:
        """Take the next event.

        Raises:
            KeyError, TypeError, AttributeError, ValueError: a field is missing or of another type than Spark writes.
        """
        handler = self._handlers.get(event["Event"])
        if handler is not None:
            handler(event)

    def build(self) -> Utilisation:
        """What the events said so far; needs :attr:`has_started`."""
        start, end, is_finished = self._bounds()
        timeline = self._timeline or TimelineBuilder(start)
        for executor, launched in self._running.values():
            timeline.add(executor, launched, end)
        found = [each.build(start, end, is_finished=is_finished) for each in self._executors.values()]
        stages = sorted(self._stages.values(), key=lambda stage: (stage.submitted_ms, stage.stage_id, stage.attempt))
        return Utilisation(
            application_id=self._application["id"],
            name=self._application["name"],
            spark_version=self._application["version"],
            started_ms=start,
            ended_ms=end,
            is_finished=is_finished,
            executor_memory=self._executor_memory(),
            task_cores=int(self._settings.get("spark.task.cpus", "1")),
            stages=tuple(stage.build(end) for stage in stages),
            executors=tuple(executor for executor in found if executor is not None),
            timeline=timeline.build(),
        )

    def _bounds(self) -> tuple[int, int, bool]:
        if self._period is not None:
            return self._period.started_ms, self._period.ended_ms, True
        start = self._started or 0
        return start, max(self._ended or self._last, start), self._ended is not None

    def _executor_memory(self) -> int:
        is_local = self._settings.get("spark.master", "").split("[")[0] == "local"
        setting = "spark.driver.memory" if is_local else "spark.executor.memory"
        return as_bytes(self._settings.get(setting, DEFAULT_HEAP))

    def _seen(self, milliseconds: int) -> int:
        self._last = max(self._last, milliseconds)
        return milliseconds

    def _log_start(self, event: Event) -> None:
        self._application["version"] = event["Spark Version"]

    def _environment(self, event: Event) -> None:
        self._settings.update(event["Spark Properties"])

    def _application_start(self, event: Event) -> None:
        self._started = self._seen(event["Timestamp"])
        # A log of Spark's tests, or of an application that failed at once, can have no id.
        self._application |= {"id": event.get("App ID") or event["App Name"], "name": event["App Name"]}
        self._timeline = TimelineBuilder(self._bounds()[0])

    def _application_end(self, event: Event) -> None:
        self._ended = self._seen(event["Timestamp"])

    def _executor_added(self, event: Event) -> None:
        info, name = event["Executor Info"], event["Executor ID"]
        self._executors[name] = ExecutorTally(name, info["Host"], info["Total Cores"], self._seen(event["Timestamp"]))

    def _executor_removed(self, event: Event) -> None:
        executor = self._executors.get(event["Executor ID"])
        if executor is not None:
            executor.removed_ms = self._seen(event["Timestamp"])
            executor.removed_reason = event["Removed Reason"]

    def _stage_submitted(self, event: Event) -> None:
        info = event["Stage Info"]
        submitted = self._seen(info["Submission Time"])
        if self._period is None or self._period.started_ms <= submitted < self._period.ended_ms:
            key = info["Stage ID"], info["Stage Attempt ID"]
            self._stages[key] = StageTally(*key, info["Stage Name"], info["Number of Tasks"], submitted)

    def _stage_completed(self, event: Event) -> None:
        info = event["Stage Info"]
        stage = self._stages.get((info["Stage ID"], info["Stage Attempt ID"]))
        if stage is not None:
            stage.completed_ms = self._seen(info["Completion Time"])
            stage.failure = info.get("Failure Reason")

    def _task_start(self, event: Event) -> None:
        if (event["Stage ID"], event["Stage Attempt ID"]) in self._stages:
            task = event["Task Info"]
            self._running[task["Task ID"]] = task["Executor ID"], self._seen(task["Launch Time"])

    def _task_end(self, event: Event) -> None:
        stage = self._stages.get((event["Stage ID"], event["Stage Attempt ID"]))
        if stage is None:
            return
        task, reason = event["Task Info"], event["Task End Reason"]["Reason"]
        launched, finished = task["Launch Time"], self._seen(task["Finish Time"])
        stage.add(reason, finished - launched, event.get("Task Metrics") or {})
        self._running.pop(task["Task ID"], None)
        if reason != "Resubmitted":
            self._work(task["Executor ID"], launched, finished, reason != "Success")

    def _work(self, name: str, launched: int, finished: int, has_failed: bool) -> None:
        if self._timeline is not None:
            self._timeline.add(name, launched, finished)
        executor = self._executors.get(name)
        if executor is not None:
            executor.tasks += 1
            executor.failed_tasks += has_failed
            executor.task_ms += finished - launched

    def _stage_executor_metrics(self, event: Event) -> None:
        executor = self._executors.get(event["Executor ID"])
        if executor is not None and (event["Stage ID"], event["Stage Attempt ID"]) in self._stages:
            executor.add_peaks(event["Executor Metrics"])
