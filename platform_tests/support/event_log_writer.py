"""Event logs of made-up runs, with the fields that Spark writes, for what no test can make a real run do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Event = dict[str, Any]

START = 1_750_000_000_000
MIB, GIB = 1024**2, 1024**3


def application(
    *events: Event, seconds: float, settings: dict[str, str] | None = None, version: str = "4.1.1"
) -> list[Event]:
    """The events of an application that began at START, in the order of time."""
    return [
        {"Event": "SparkListenerLogStart", "Spark Version": version},
        {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": {"spark.master": "yarn", **(settings or {})}},
        {
            "Event": "SparkListenerApplicationStart",
            "App Name": "made up",
            "App ID": "application_1_0001",
            "Timestamp": START,
            "User": "hadoop",
        },
        *events,
        {"Event": "SparkListenerApplicationEnd", "Timestamp": START + int(1000 * seconds)},
    ]


def executors(names: Iterable[str], cores: int, at: float = 0.0) -> list[Event]:
    """Executors that come ``at`` seconds after the start."""
    return [
        {
            "Event": "SparkListenerExecutorAdded",
            "Timestamp": START + int(1000 * at),
            "Executor ID": name,
            "Executor Info": {"Host": f"host-{name}", "Total Cores": cores, "Log Urls": {}},
        }
        for name in names
    ]


def removed(name: str, at: float, reason: str) -> Event:
    """An executor that goes."""
    return {
        "Event": "SparkListenerExecutorRemoved",
        "Timestamp": START + int(1000 * at),
        "Executor ID": name,
        "Removed Reason": reason,
    }


def heap(name: str, stage: int, used: int) -> Event:
    """The largest heap of an executor during a stage."""
    return {
        "Event": "SparkListenerStageExecutorMetrics",
        "Executor ID": name,
        "Stage ID": stage,
        "Stage Attempt ID": 0,
        "Executor Metrics": {"JVMHeapMemory": used},
    }


def task(
    executor: str, at: float, seconds: float, *, run: float | None = None, gc: float = 0.0, read: int = 0
) -> dict[str, Any]:
    """A task for :func:`stage`: launched ``at`` seconds; ``run`` is its run time, by default all of its time."""
    return {"executor": executor, "at": at, "seconds": seconds, "run": run, "gc": gc, "read": read}


def stage(number: int, tasks: Sequence[dict[str, Any]], name: str = "save at features.py:1") -> list[Event]:
    """A stage with its tasks, from the launch of the first to the end of the last."""
    first = min(each["at"] for each in tasks)
    last = max(each["at"] + each["seconds"] for each in tasks)
    info = {
        "Stage ID": number,
        "Stage Attempt ID": 0,
        "Stage Name": name,
        "Number of Tasks": len(tasks),
        "Submission Time": START + int(1000 * first),
    }
    ended = [_task_end(number, 1000 * number + place, each) for place, each in enumerate(tasks)]
    return [
        {"Event": "SparkListenerStageSubmitted", "Stage Info": info},
        *ended,
        {
            "Event": "SparkListenerStageCompleted",
            "Stage Info": {**info, "Completion Time": START + int(1000 * last)},
        },
    ]


def _task_end(stage_id: int, number: int, each: dict[str, Any]) -> Event:
    launched = START + int(1000 * each["at"])
    run = each["seconds"] if each["run"] is None else each["run"]
    return {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": stage_id,
        "Stage Attempt ID": 0,
        "Task End Reason": {"Reason": "Success"},
        "Task Info": {
            "Task ID": number,
            "Launch Time": launched,
            "Finish Time": launched + int(1000 * each["seconds"]),
            "Executor ID": each["executor"],
        },
        "Task Metrics": {
            "Executor Run Time": int(1000 * run),
            "Executor CPU Time": int(9e8 * run),
            "JVM GC Time": int(1000 * each["gc"]),
            "Input Metrics": {"Bytes Read": each["read"], "Records Read": each["read"] // 100},
        },
    }


def text(events: Iterable[Event]) -> bytes:
    """A log as Spark writes it: an event a line."""
    return b"".join(json.dumps(event, separators=(",", ":")).encode() + b"\n" for event in events)


def write_log(folder: Path, events: Iterable[Event]) -> Path:
    """A plain log of one file, as Spark 3.5 writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "application_1_0001"
    path.write_bytes(text(events))
    return path
