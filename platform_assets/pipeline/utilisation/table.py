"""The table ``platform.utilisation``: a row for each stage of each attempt at a job on Spark, and one for the whole."""

from __future__ import annotations

from typing import Any

from platform_assets.compute.utilisation import MachineMetrics, Utilisation
from platform_assets.compute.utilisation.advice import Advice
from platform_assets.compute.utilisation.stage import StageUse
from platform_assets.lake import ColumnSpec, TableSpec

#: Partition of a table that has none.
WHOLE = "all"
#: Outcomes of attempts that gave a result; all others are kinds of failures.
PUBLISHED, NOT_PUBLISHED = "published", "not_published"

UTILISATION = TableSpec(
    "platform.utilisation",
    (
        ColumnSpec("run_id", "string", False, "The orchestrator's run."),
        ColumnSpec("table", "string", False, "Table that the job made."),
        ColumnSpec("partition", "string", False, f"Its partition; '{WHOLE}' if it has none."),
        ColumnSpec("application_id", "string", False, "Spark's."),
        ColumnSpec("stage_id", "int", True, "Stage; missing in the row of the whole job."),
        ColumnSpec("stage_attempt", "int", True, "Attempt of the stage, from 0."),
        ColumnSpec("name", "string", False, "Line of code that asked for the stage, or the application's name."),
        ColumnSpec("started", "timestamp", False, "Submission of the stage, or start of the job (UTC)."),
        ColumnSpec("seconds", "double", False, "Wall seconds."),
        ColumnSpec("tasks", "int", False, "Tasks, which are partitions."),
        ColumnSpec("failed_tasks", "int", False, "Attempts of tasks that did not succeed."),
        ColumnSpec("cores", "double", False, "Tasks that could run at once, on average over the time."),
        ColumnSpec("task_seconds", "double", False, "Time of all tasks."),
        ColumnSpec("cpu_share", "double", False, "CPU time of the JVM per run time of the tasks, 0 to 1."),
        ColumnSpec("gc_share", "double", False, "Garbage collection per run time of the tasks, 0 to 1."),
        ColumnSpec("lost_seconds", "double", False, "Task time in vain, as an executor was lost."),
        ColumnSpec("memory_spilled", "long", False, "Bytes in memory of what did not fit."),
        ColumnSpec("disk_spilled", "long", False, "Bytes that it took on disk."),
        ColumnSpec("input_bytes", "long", False, "Read from files and caches."),
        ColumnSpec("output_bytes", "long", False, "Written to files."),
        ColumnSpec("shuffle_read_bytes", "long", False, "Read from other stages."),
        ColumnSpec("shuffle_write_bytes", "long", False, "Written for other stages."),
        ColumnSpec("input_bytes_per_task", "double", False, "Input and shuffle bytes by tasks."),
        ColumnSpec("time_skew", "double", True, "Slowest task against the median; a stage's only."),
        ColumnSpec("data_skew", "double", True, "Most data of a task against the median; a stage's only."),
        ColumnSpec("busy_share", "double", True, "Share of the cores' time with a task; the job's only."),
        ColumnSpec("executors", "int", True, "Executors that were there at some time; the job's only."),
        ColumnSpec("lost_executors", "int", True, "Those that went without having been told to; the job's only."),
        ColumnSpec("heap_bytes", "long", True, "Heap that each executor was given; the job's only."),
        ColumnSpec("heap_share", "double", True, "The largest heap seen against it; missing if Spark recorded none."),
        ColumnSpec("advice", "string", True, "What to change, a sentence a line; missing if it is well."),
        ColumnSpec("saves_usd", "double", True, "US dollars a run that this would save; missing without a price."),
        ColumnSpec("event_log", "string", False, "Where the log is that this was read from."),
        ColumnSpec("attempt", "int", True, "Attempt at the job within its run, from 1; missing in rows of before."),
        ColumnSpec(
            "outcome",
            "string",
            True,
            f"'{PUBLISHED}', '{NOT_PUBLISHED}' if its rows were refused, else the kind of failure; missing in rows of "
            "before, which were published.",
        ),
        ColumnSpec(
            "machines_cpu_share", "double", True, "CPU of the cluster's machines, mean of their minutes, 0 to 1."
        ),
        ColumnSpec("machines_memory_peak", "double", True, "Most of its memory that a machine used, 0 to 1."),
        ColumnSpec("machines_disk_peak", "double", True, "Most of its fullest disk that a machine used, 0 to 1."),
    ),
)

# Attributes of a stage that add up over a job, and those that do not.
_SUMS = (
    "tasks",
    "failed_tasks",
    "lost_seconds",
    "memory_spilled",
    "disk_spilled",
    "input_bytes",
    "output_bytes",
    "shuffle_read_bytes",
    "shuffle_write_bytes",
)
_OF_A_STAGE = ("name", "seconds", "task_seconds", "cpu_share", "gc_share", "time_skew", "data_skew")


def utilisation_rows(
    run: Utilisation, advice: list[Advice], common: dict[str, Any], machines: MachineMetrics | None = None
) -> list[dict[str, Any]]:
    """Rows of one attempt: the whole, then its stages; ``common`` says whose it was and what became of it."""
    said: dict[tuple[int | None, int | None], list[Advice]] = {}
    for each in advice:
        said.setdefault((each.stage_id, each.stage_attempt), []).append(each)
    shared = {**common, "application_id": run.application_id}
    whole = {**shared, **_whole(run), **_of_machines(machines), **_advice(said.get((None, None), []))}
    return [
        whole,
        *(
            {**shared, **_stage(run, stage), **_advice(said.get((stage.stage_id, stage.attempt), []))}
            for stage in run.stages
        ),
    ]


def _whole(run: Utilisation) -> dict[str, Any]:
    total = {name: sum(getattr(stage, name) for stage in run.stages) for name in _SUMS}
    return {
        "name": run.name,
        "started": run.started,
        "seconds": run.seconds,
        "cores": run.slots_between(run.started_ms, run.ended_ms),
        "task_seconds": run.task_seconds,
        "cpu_share": run.cpu_share,
        "gc_share": run.gc_share,
        "input_bytes_per_task": sum(stage.bytes_read for stage in run.stages) / max(total["tasks"], 1),
        **total,
        "busy_share": run.busy_share,
        "executors": len(run.executors),
        "lost_executors": len(run.lost_executors),
        "heap_bytes": run.executor_memory,
        "heap_share": run.memory_share,
    }


def _of_machines(machines: MachineMetrics | None) -> dict[str, Any]:
    if machines is None:
        return {}
    return {
        "machines_cpu_share": machines.cpu_share,
        "machines_memory_peak": machines.memory_peak,
        "machines_disk_peak": machines.disk_peak,
    }


def _stage(run: Utilisation, stage: StageUse) -> dict[str, Any]:
    return {
        "stage_id": stage.stage_id,
        "stage_attempt": stage.attempt,
        "started": stage.submitted,
        "cores": run.slots_between(stage.submitted_ms, stage.ended_ms),
        "input_bytes_per_task": stage.bytes_read / max(stage.tasks, 1),
        **{name: getattr(stage, name) for name in (*_SUMS, *_OF_A_STAGE)},
    }


def _advice(said: list[Advice]) -> dict[str, Any]:
    dollars = [each.saves_usd for each in said if each.saves_usd is not None]
    return {
        "advice": "\n".join(each.message for each in said) or None,
        "saves_usd": sum(dollars) if dollars else None,
    }
