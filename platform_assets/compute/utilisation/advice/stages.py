"""Advice on single stages: uneven data, spilling, too few and too small tasks."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from platform_assets.compute.utilisation.advice import thresholds as limit
from platform_assets.compute.utilisation.advice.saving import Advice
from platform_assets.compute.utilisation.stage import StageUse
from platform_assets.compute.utilisation.utilisation import Utilisation
from platform_assets.compute.utilisation.words import seconds_words
from platform_assets.lake.sizes import size


def skewed(run: Utilisation) -> Iterator[Advice]:
    """Stages that wait for a task with much more data than the others.

    It saves what the slowest task takes longer than an even share of the work, ``max - max(median, work / slots)``.
    """
    for stage in run.stages:
        if stage.time_skew < limit.TIME_SKEW or stage.data_skew < limit.DATA_SKEW:
            continue
        even = max(stage.median_task_seconds, stage.run_seconds / max(_slots(run, stage), 1))
        saved = stage.max_task_seconds - even
        if is_worth_it(run, saved):
            most, median = _amount(stage, stage.max_task_data), _amount(stage, stage.median_task_data)
            yield Advice(
                "skewed",
                stage.stage_id,
                stage.attempt,
                f"{_named(stage)}: one of {stage.tasks} tasks took {seconds_words(stage.max_task_seconds)}, the median "
                f"{seconds_words(stage.median_task_seconds)}, as it read {most} against {median}",
                "spread the frequent keys (aggregate in two steps, or add a random number to the key), or let "
                "spark.sql.adaptive.skewJoin split them in joins",
                *_shorter(run, saved),
            )


def spilling(run: Utilisation) -> Iterator[Advice]:
    """Stages whose tasks did not fit into memory.

    It saves writing and reading what was spilled: twice its bytes by the throughput of a disk, shared by the
    executors. More partitions make each task's part smaller by what it held and spilled against what it held.
    """
    for stage in run.stages:
        if stage.disk_spilled < max(limit.LEAST_SPILL, limit.SPILL_SHARE * stage.bytes_read):
            continue
        disks = max(run.slots_between(stage.submitted_ms, stage.ended_ms) / max(run.slots_per_executor, 1), 1)
        saved = 2 * stage.disk_spilled / limit.DISK_BYTES_PER_SECOND / disks
        yield Advice(
            "spilling",
            stage.stage_id,
            stage.attempt,
            f"{_named(stage)} spilled {size(stage.disk_spilled)} to disk ({size(stage.memory_spilled)} in memory) in "
            f"{stage.tasks} tasks",
            f"use about {_fitting_partitions(stage)} partitions instead of {stage.tasks} "
            "(spark.sql.shuffle.partitions), or more memory for each core",
            *_shorter(run, min(saved, stage.seconds)),
        )


def under_partitioned(run: Utilisation) -> Iterator[Advice]:
    """Stages of long tasks that are fewer than the cores, while nothing else used those.

    It saves the stage's time less its work spread over all cores.
    """
    for stage in run.stages:
        slots = _slots(run, stage)
        used = run.timeline.running_between(stage.submitted_ms, stage.ended_ms)
        is_long = stage.median_task_seconds >= limit.SPLITTABLE_SECONDS
        saved = stage.seconds - stage.task_seconds / max(slots, 1)
        if is_long and stage.tasks < slots and used <= limit.USED_SHARE * slots and is_worth_it(run, saved):
            yield Advice(
                "under_partitioned",
                stage.stage_id,
                stage.attempt,
                f"{_named(stage)} kept {stage.tasks} of {round(slots)} cores busy for {seconds_words(stage.seconds)}",
                f"use about {round(slots) * limit.PARTITIONS_PER_CORE} partitions (repartition before the work; "
                "coalesce(1) makes one task of all that comes before it)",
                *_shorter(run, saved),
            )


def too_many_small_tasks(run: Utilisation) -> Iterator[Advice]:
    """Stages of many tasks that are hardly worth their scheduling.

    It saves the time of the tasks in which they did not run, "Finish Time" less "Launch Time" less "Executor Run
    Time", spread over the cores, for all tasks but those that are needed.
    """
    for stage in run.stages:
        slots = max(_slots(run, stage), 1)
        enough = max(ceil(stage.run_seconds / limit.WORTHWHILE_SECONDS), ceil(slots * limit.PARTITIONS_PER_CORE))
        is_many = stage.tasks >= limit.MANY_TASKS_PER_CORE * slots and stage.tasks > enough
        if not is_many or stage.median_task_seconds >= limit.WORTHWHILE_SECONDS:
            continue
        saved = max(stage.seconds - stage.run_seconds / slots, 0) * (1 - enough / stage.tasks)
        if is_worth_it(run, saved):
            yield Advice(
                "too_many_small_tasks",
                stage.stage_id,
                stage.attempt,
                f"{_named(stage)} ran {stage.tasks:,} tasks of {stage.median_task_seconds * 1000:.0f} ms (median)",
                f"use about {enough} partitions, or merge small input files",
                *_shorter(run, saved),
            )


def is_worth_it(run: Utilisation, seconds: float) -> bool:
    """Whether so many wall seconds are worth a word."""
    return seconds >= max(limit.LEAST_SECONDS, limit.LEAST_SHARE * run.seconds)


def _shorter(run: Utilisation, seconds: float) -> tuple[float, float]:
    """Wall and core seconds that are saved if the run ends so much earlier."""
    return seconds, seconds * run.core_seconds / run.seconds


def _slots(run: Utilisation, stage: StageUse) -> float:
    return run.slots_between(stage.submitted_ms, stage.ended_ms)


def _fitting_partitions(stage: StageUse) -> int:
    spilled = stage.memory_spilled / max(stage.tasks, 1)
    held = max(stage.peak_execution_memory, 1)
    return ceil(stage.tasks * (1 + spilled / held))


def _amount(stage: StageUse, data: int) -> str:
    return size(data) if stage.data_unit == "bytes" else f"{data:,} {stage.data_unit}"


def _named(stage: StageUse) -> str:
    return f"Stage {stage.label_of_attempt}"
