"""Advice on the whole run: executors that are idle or get lost, garbage collection, memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from textwrap import shorten

from platform_assets.compute.utilisation.advice import thresholds as limit
from platform_assets.compute.utilisation.advice.saving import Advice
from platform_assets.compute.utilisation.advice.stages import is_worth_it
from platform_assets.compute.utilisation.executor import ExecutorUse
from platform_assets.compute.utilisation.utilisation import Utilisation
from platform_assets.compute.utilisation.words import counted, percent, seconds_words
from platform_assets.lake.sizes import size

_GIB = 1024**3
# Letters of a reason; YARN's go on with all that it did.
_REASON = 160


@dataclass(frozen=True)
class _Fewer:
    """How a run would be on fewer executors; times in milliseconds."""

    executors: int
    longer: float
    saved: float
    idle: float


def over_provisioned(run: Utilisation) -> Iterator[Advice]:
    """Whether fewer executors would do.

    A run on n executors of s slots becomes longer by the work that does not fit at once, summed over the steps of the
    timeline: ``sum(max(0, running - n*s)) / (n*s)`` steps. The fewest that keep it within 5 % are enough. It saves
    the time of the executors beyond n, less that in which the n work longer.
    """
    most = _most_at_once(run)
    fewer = next((each for n in range(1, most) if (each := _on(run, n)).longer <= limit.LONGER_SHARE), None)
    if fewer is None or fewer.saved < limit.LEAST_FEWER_SHARE:
        return
    cores = max(executor.cores for executor in run.executors)
    there = sum(executor.seconds for executor in run.executors)
    yield Advice(
        "over_provisioned",
        None,
        None,
        f"{most - fewer.executors} of {counted(most, 'executor')} idle {percent(fewer.idle)} of the time",
        f"use {fewer.executors}",
        saves_core_seconds=fewer.saved * there * cores,
    )


def losing_executors(run: Utilisation) -> Iterator[Advice]:
    """Executors that went without having been told to; it saves the task time that was in vain."""
    lost = run.lost_executors
    if not lost:
        return
    first = lost[0]
    reason = shorten(first.removed_reason or "", _REASON)
    vain = sum(stage.lost_seconds for stage in run.stages)
    failed = sum(stage.failed_tasks for stage in run.stages)
    yield Advice(
        "losing_executors",
        None,
        None,
        f"{len(lost)} of {counted(len(run.executors), 'executor')} lost: executor "
        f"{first.executor_id} on {first.host} after {seconds_words(first.seconds)} ({reason}); "
        f"{counted(failed, 'task')} failed, {seconds_words(vain)} of task time in vain",
        _remedy(first),
        saves_core_seconds=vain * run.task_cores,
    )


def gc_bound(run: Utilisation) -> Iterator[Advice]:
    """Whether executors spend their time on collecting garbage; it saves what is above a tenth of the run time."""
    beyond = (run.gc_share - limit.GC_SHARE) * run.run_seconds
    slots = run.core_seconds / run.seconds / run.task_cores if run.seconds else 0
    if beyond <= 0 or not is_worth_it(run, run.gc_share * run.run_seconds / max(slots, 1)):
        return
    yield Advice(
        "gc_bound",
        None,
        None,
        f"Garbage collection took {percent(run.gc_share)} of the tasks' time",
        f"give each core more than {size(run.executor_memory / max(run.slots_per_executor, 1))} of heap, cache less, "
        "or use DataFrame functions instead of objects",
        saves_seconds=beyond / max(slots, 1),
        saves_core_seconds=beyond * run.task_cores,
    )


def memory_over_configured(run: Utilisation) -> Iterator[Advice]:
    """Whether half of the heap was never used, of executors whose heap is large enough to matter."""
    share = run.memory_share
    if share is None or share > limit.HEAP_SHARE or run.executor_memory < limit.LARGE_HEAP:
        return
    peak = share * run.executor_memory
    enough = ceil(peak * limit.HEAP_ROOM / _GIB)
    yield Advice(
        "memory_over_configured",
        None,
        None,
        f"No executor used more than {size(peak)} of its {size(run.executor_memory)} of heap",
        f"set spark.executor.memory to {enough}g, which leaves {size(run.executor_memory - enough * _GIB)} of each "
        "executor for more cores, or for machines with less memory",
    )


def _most_at_once(run: Utilisation) -> int:
    changes = [(executor.added_ms, 1) for executor in run.executors]
    changes += [(executor.removed_ms, -1) for executor in run.executors]
    there = most = 0
    # One that replaces another at the same moment is not one more.
    for _, change in sorted(changes):
        there += change
        most = max(most, there)
    return most


def _on(run: Utilisation, executors: int) -> _Fewer:
    slots = executors * max(run.slots_per_executor, 1)
    line = run.timeline
    waiting = sum(max(0.0, running - slots) for running in line.running) * line.step_ms / slots
    first = min((executor.added_ms for executor in run.executors), default=run.started_ms)
    wall = max(run.ended_ms - first, 1)
    paid = sum(executor.removed_ms - executor.added_ms for executor in run.executors)
    needed = sum(running > slots for running in line.running) * line.step_ms
    return _Fewer(
        executors,
        longer=waiting / wall,
        saved=1 - min(executors * (wall + waiting) / max(paid, 1), 1),
        idle=max(0.0, 1 - needed / wall),
    )


def _remedy(executor: ExecutorUse) -> str:
    reason = (executor.removed_reason or "").lower()
    if "decommission" in reason or "spot" in reason or "released" in reason or "lost node" in reason:
        return "its machine was taken back; use more types or a larger share on demand"
    if "memory" in reason or "137" in reason or "oom" in reason:
        return "it was killed, most often for its memory: raise spark.executor.memoryOverhead or use smaller partitions"
    if "heartbeat" in reason:
        return "it was too busy to answer, most often with garbage collection: give it more memory"
    return "see its log for the reason"
