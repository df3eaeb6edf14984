"""The machines of a cluster as one picture: CPU, memory and disk of each over the cluster's life."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from platform_assets.compute.utilisation import MachineMetrics
from platform_assets.compute.utilisation.machines import MINUTE_MS, MachineUse, Measured
from platform_assets.compute.utilisation.period import instant
from platform_assets.compute.utilisation.words import percent
from platform_assets.pipeline.utilisation.canvas import NAMES, RIGHT, TOP, WIDTH, Axis, picture, time_marks
from platform_assets.quality.report.shapes import fitted, text_at

#: Machines drawn, the primary first, then those that came first.
LANES = 16
_LANE, _GAP = 44.0, 14.0
_ROLES = ("primary", "core", "task")
# Style, place and name of each line.
_LEGEND = (("load", NAMES, "CPU"), ("memory", NAMES + 80, "memory"), ("disk", NAMES + 180, "fullest disk"))


def machines_svg(metrics: MachineMetrics) -> str:
    """SVG with a lane for each machine, from 0 to 100 percent; needs nothing from elsewhere."""
    drawn = sorted(metrics.machines, key=lambda each: (_ROLES.index(each.role), each.started_ms, each.instance_id))
    lanes = drawn[:LANES]
    axis = Axis(metrics.started_ms, max(metrics.ended_ms - metrics.started_ms, 1))
    bottom = TOP + (_LANE + _GAP) * len(lanes)
    parts = [
        time_marks(axis, bottom),
        _legend(),
        *(_lane(machine, axis, TOP + (_LANE + _GAP) * place + _GAP) for place, machine in enumerate(lanes)),
    ]
    left = len(drawn) - len(lanes)
    more = f", {left} more machines not drawn" if left else ""
    subtitle = f"cluster {metrics.cluster_id}, {instant(metrics.started_ms):%Y-%m-%d %H:%M:%S} UTC{more}"
    return picture("Machines of the cluster", subtitle, parts, bottom + 40)


def _legend() -> str:
    return "".join(
        f'<path class="{style}" d="M{x:.1f} 62h26"/>{text_at(x + 32, 66, words, f"{style}-name")}'
        for style, x, words in _LEGEND
    )


def _lane(machine: MachineUse, axis: Axis, top: float) -> str:
    base = top + _LANE

    def y(value: Measured) -> float:
        return base - _LANE * value.share

    return "".join(
        (
            axis.bar(machine.started_ms, machine.ended_ms, top, _LANE, "there"),
            f'<path class="grid" d="M{NAMES:.1f} {base:.1f}H{WIDTH - RIGHT:.1f}"/>',
            text_at(14, top + 14, fitted(f"{machine.role} {machine.instance_type}", (NAMES - 60) / 12), "name"),
            text_at(14, top + 30, fitted(_peaks(machine), (NAMES - 60) / 12), ""),
            text_at(NAMES - 8, top + 10, "100 %", "end"),
            text_at(NAMES - 8, base, "0", "end"),
            *(_area(stretch, axis, y, base) for stretch in _stretches(machine.cpu)),
            *(_line(stretch, axis, y, "memory") for stretch in _stretches(machine.memory)),
            *(_line(stretch, axis, y, "disk") for stretch in _stretches(machine.disk)),
        )
    )


def _peaks(machine: MachineUse) -> str:
    if not machine.cpu:
        return "reported nothing"
    return f"CPU {percent(sum(value.share for value in machine.cpu) / len(machine.cpu))}"


def _stretches(values: Sequence[Measured]) -> Iterator[list[Measured]]:
    """Values without a minute missing between them: over a gap nothing is claimed."""
    stretch: list[Measured] = []
    for value in values:
        if stretch and value.at_ms != stretch[-1].at_ms + MINUTE_MS:
            yield stretch
            stretch = []
        stretch.append(value)
    if stretch:
        yield stretch


def _line(values: Sequence[Measured], axis: Axis, y: Callable[[Measured], float], style: str) -> str:
    return f'<path class="{style}" d="M{axis.x(values[0].at_ms):.1f} {y(values[0]):.1f}{_steps(values, axis, y)}"/>'


def _area(values: Sequence[Measured], axis: Axis, y: Callable[[Measured], float], base: float) -> str:
    return f'<path class="load" d="M{axis.x(values[0].at_ms):.1f} {base:.1f}{_steps(values, axis, y)}V{base:.1f}"/>'


def _steps(values: Sequence[Measured], axis: Axis, y: Callable[[Measured], float]) -> str:
    return "".join(f"V{y(value):.1f}H{axis.x(value.at_ms + MINUTE_MS):.1f}" for value in values)
