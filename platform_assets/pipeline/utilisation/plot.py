"""A job's timeline as one picture: tasks against cores, stages, and how busy each executor was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from platform_assets.compute.utilisation import Utilisation
from platform_assets.compute.utilisation.executor import ExecutorUse
from platform_assets.compute.utilisation.stage import StageUse
from platform_assets.compute.utilisation.words import counted, seconds_words
from platform_assets.pipeline.utilisation.canvas import NAMES, RIGHT, TOP, WIDTH, Axis, picture, time_marks
from platform_assets.pipeline.utilisation.markdown import longest
from platform_assets.quality.report.shapes import fitted, nice_marks, text_at

#: Executors drawn, the ones that came first; a picture of a thousand lanes shows nothing.
LANES = 24
_LOAD, _LANE, _GAP = 110.0, 18.0, 34.0
# Cells of a lane; finer than this is finer than a pixel's width allows to see.
_CELLS = 150


def timeline_svg(run: Utilisation) -> str:
    """SVG of the run over its time; needs nothing from elsewhere."""
    stages, lanes = longest(run), run.executors[:LANES]
    axis = Axis(run.started_ms, max(run.ended_ms - run.started_ms, 1))
    stages_at = TOP + _LOAD + _GAP
    lanes_at = stages_at + _LANE * len(stages) + _GAP
    bottom = lanes_at + _LANE * len(lanes) + 8
    drawn = [
        time_marks(axis, bottom),
        _load(run, axis),
        *(_stage(stage, axis, stages_at + _LANE * place) for place, stage in enumerate(stages)),
        *(_lane(run, executor, axis, lanes_at + _LANE * place) for place, executor in enumerate(lanes)),
        text_at(14, stages_at - 10, "stages", "head"),
        text_at(14, lanes_at - 10, _lanes_title(run), "head"),
    ]
    return picture("Timeline of the run", _subtitle(run), drawn, bottom + 40)


def _load(run: Utilisation, axis: Axis) -> str:
    cores = _cores_over_time(run)
    running = [
        (run.timeline.started_ms + place * run.timeline.step_ms, tasks)
        for place, tasks in enumerate(run.timeline.running)
    ]
    most = max([tasks for _, tasks in [*cores, *running]], default=1.0) or 1.0
    base = TOP + _LOAD

    def y(tasks: float) -> float:
        return base - _LOAD * tasks / most

    end = [(run.timeline.started_ms + len(running) * run.timeline.step_ms, 0.0)]
    parts = [f'<path class="grid" d="M{NAMES:.1f} {base:.1f}H{WIDTH - RIGHT:.1f}"/>']
    parts += [text_at(NAMES - 8, y(mark) + 4, f"{mark:.6g}", "end") for mark in nice_marks(0.0, most)]
    parts.append(f'<path class="load" d="{_steps([*running, *end], axis, y, base)}"/>')
    parts.append(f'<path class="cores" d="{_steps([*cores, (run.ended_ms, cores[-1][1])], axis, y, base)}"/>')
    parts.append(text_at(14, TOP + 12, "tasks running", "load-name"))
    parts.append(text_at(14, TOP + 30, "room for tasks", "cores-name"))
    return "".join(parts)


def _cores_over_time(run: Utilisation) -> list[tuple[int, float]]:
    changes = sorted({run.started_ms, *(e.added_ms for e in run.executors), *(e.removed_ms for e in run.executors)})
    return [(at, run.slots_between(at, at + 1)) for at in changes if at < run.ended_ms] or [(run.started_ms, 0.0)]


def _steps(points: Sequence[tuple[float, float]], axis: Axis, y: Callable[[float], float], base: float) -> str:
    path = f"M{axis.x(points[0][0]):.1f} {base:.1f}" if points else ""
    return path + "".join(f"H{axis.x(at):.1f}V{y(value):.1f}" for at, value in points)


def _stage(stage: StageUse, axis: Axis, y: float) -> str:
    name = fitted(stage.label, (NAMES - 26) / 12)
    words = f"{seconds_words(stage.seconds)}, {counted(stage.tasks, 'task')}"
    right = axis.x(stage.ended_ms)
    at, side = (right + 6, "") if right < WIDTH - RIGHT - 130 else (axis.x(stage.submitted_ms) - 6, "end")
    style = "failed" if stage.failure else "stage"
    bar = axis.bar(stage.submitted_ms, stage.ended_ms, y + 3, _LANE - 6, style)
    return text_at(NAMES - 10, y + 13, name, "end name") + bar + text_at(at, y + 13, words, side)


def _lane(run: Utilisation, executor: ExecutorUse, axis: Axis, y: float) -> str:
    name, style = f"executor {executor.executor_id}", "end name"
    marked = ""
    if executor.is_lost:
        name, style = f"✕ {name}, lost", "end lost"
        marked = axis.bar(executor.removed_ms, executor.removed_ms, y, _LANE, "failed")
    there = axis.bar(executor.added_ms, executor.removed_ms, y + 2, _LANE - 4, "there")
    return (
        text_at(NAMES - 10, y + 13, fitted(name, (NAMES - 26) / 12), style)
        + there
        + "".join(_cells(run, executor, axis, y))
        + marked
    )


def _cells(run: Utilisation, executor: ExecutorUse, axis: Axis, y: float) -> list[str]:
    """Bars whose opacity is the share of the executor's cores that was busy."""
    line = run.timeline
    busy = line.busy_ms.get(executor.executor_id, ())
    together = max(1, -(-len(line.running) // _CELLS))
    cells = []
    for first in range(0, len(busy), together):
        start = line.started_ms + first * line.step_ms
        end = start + together * line.step_ms
        share = sum(busy[first : first + together]) * run.task_cores / (together * line.step_ms * executor.cores)
        if share >= 0.01:
            bar = axis.bar(start, min(end, executor.removed_ms), y + 2, _LANE - 4, "busy")
            cells.append(bar.replace("/>", f' fill-opacity="{min(share, 1.0):.2f}"/>'))
    return cells


def _lanes_title(run: Utilisation) -> str:
    left = len(run.executors) - LANES
    return "executors, darker is busier" + (f" ({left} more not drawn)" if left > 0 else "")


def _subtitle(run: Utilisation) -> str:
    return f"{run.name}, {run.started:%Y-%m-%d %H:%M:%S} UTC, Spark {run.spark_version}"
