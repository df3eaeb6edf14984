"""A job's utilisation in words: one sentence, what to change, and a table of its stages."""

from __future__ import annotations

from platform_assets.compute.utilisation import MachineMetrics, Utilisation
from platform_assets.compute.utilisation.advice import Advice
from platform_assets.compute.utilisation.stage import StageUse
from platform_assets.compute.utilisation.words import counted, percent, seconds_words
from platform_assets.lake.sizes import size

HEALTHY = "Nothing to change."
#: Stages shown, those that took longest.
SHOWN = 12
COLUMNS = ("stage", "took", "tasks", "skew of time", "of data", "read", "shuffled", "spilled", "CPU", "GC")


def summary(run: Utilisation) -> str:
    """How well the machines were used, in one sentence."""
    parts = [
        f"{counted(len(run.executors), 'executor')} with {counted(sum(e.cores for e in run.executors), 'core')}",
        f"busy {percent(run.busy_share)} of {seconds_words(run.seconds)}",
        f"CPU {percent(run.cpu_share)} and garbage collection {percent(run.gc_share)} of the tasks' time",
    ]
    if run.memory_share is not None:
        parts.append(f"at most {percent(run.memory_share)} of {size(run.executor_memory)} of heap used")
    if run.lost_executors:
        parts.append(f"{counted(len(run.lost_executors), 'executor')} lost")
    return f"{'; '.join(parts)}{'' if run.is_finished else '; the log ends before the application does'}."


def machines_summary(metrics: MachineMetrics) -> str:
    """What the machines of the cluster did, in one sentence."""
    told = [
        ("CPU {} on average", metrics.cpu_share),
        ("memory at most {}", metrics.memory_peak),
        ("disk at most {}", metrics.disk_peak),
    ]
    known = [words.format(percent(share)) for words, share in told if share is not None]
    return f"{counted(len(metrics.machines), 'machine')}: {', '.join(known)}."


def stage_cells(stage: StageUse) -> tuple[str, ...]:
    """A stage as the texts of :data:`COLUMNS`."""
    return (
        stage.label_of_attempt,
        seconds_words(stage.seconds),
        str(stage.tasks),
        f"{stage.time_skew:.1f}",
        f"{stage.data_skew:.1f}",
        size(stage.bytes_read),
        size(stage.shuffle_write_bytes),
        size(stage.disk_spilled),
        percent(stage.cpu_share),
        percent(stage.gc_share),
    )


def longest(run: Utilisation) -> list[StageUse]:
    """The stages that are shown, in the order in which they were submitted."""
    chosen = sorted(run.stages, key=lambda stage: -stage.seconds)[:SHOWN]
    return sorted(chosen, key=lambda stage: (stage.submitted_ms, stage.stage_id, stage.attempt))


def utilisation_markdown(run: Utilisation, advice: tuple[Advice, ...]) -> str:
    """All of it as Markdown."""
    said = [f"- {_plain(each.message)}" for each in advice] or [HEALTHY]
    rows = [f"| {' | '.join(map(_plain, stage_cells(stage)))} |" for stage in longest(run)]
    left = len(run.stages) - len(rows)
    more = [f"{counted(left, 'shorter stage')} not shown."] if left else []
    table = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}", *rows]
    return "\n".join([summary(run), "", *said, "", *table, "", *more]).strip()


def _plain(text: str) -> str:
    # A line of code is not Markdown: a bar would end a cell, stars and underscores would slant.
    for mark in "\\|*_`<[]":
        text = text.replace(mark, f"\\{mark}" if mark != "<" else "&lt;")
    return text
