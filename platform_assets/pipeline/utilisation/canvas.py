"""What the pictures of a run share: their size and style, the axis of time with its marks, and the card around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platform_assets.quality.report.shapes import fitted, nice_marks, text_at
from platform_assets.quality.report.style import LIGHT

WIDTH, NAMES, RIGHT, TOP = 760.0, 190.0, 24.0, 78.0

# An image has its own background, since a page does not tell it whether the page is light or dark.
_STYLE = """
text{{font:12px system-ui,sans-serif;fill:{soft}}}.end{{text-anchor:end}}.middle{{text-anchor:middle}}
.title{{font-size:15px;font-weight:600;fill:{ink}}}.head{{font-weight:600;fill:{ink}}}.name{{fill:{ink}}}
.card{{fill:{card};stroke:{line}}}.grid{{stroke:{line};fill:none}}.there{{fill:{unknown-bg}}}
.busy{{fill:{before}}}.load{{fill:{before-fill};stroke:{before};stroke-width:1.5}}
.cores{{fill:none;stroke:{now};stroke-width:2;stroke-dasharray:6 4}}text.cores-name{{fill:{now}}}
text.load-name{{fill:{before}}}.lost{{fill:{drift};font-weight:600}}.stage{{fill:{before}}}.failed{{fill:{drift}}}
.memory{{fill:none;stroke:{now};stroke-width:2}}text.memory-name{{fill:{now}}}
.disk{{fill:none;stroke:{stable};stroke-width:2;stroke-dasharray:2 3}}text.disk-name{{fill:{stable}}}
.failed,.busy,.there{{shape-rendering:crispEdges}}
"""


@dataclass(frozen=True)
class Axis:
    """Time from left to right; milliseconds of the epoch."""

    started_ms: int
    length_ms: int

    def x(self, at_ms: float) -> float:
        """Pixels from the left."""
        inside = min(max(at_ms - self.started_ms, 0), self.length_ms)
        return NAMES + (WIDTH - NAMES - RIGHT) * inside / self.length_ms

    def bar(self, start_ms: float, end_ms: float, y: float, height: float, style: str) -> str:
        """A rectangle between two times, at least two pixels wide."""
        left, right = self.x(start_ms), self.x(end_ms)
        return (
            f'<rect class="{style}" x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 2.0):.1f}" '
            f'height="{height:.1f}"/>'
        )


def time_marks(axis: Axis, bottom: float) -> str:
    """Lines from the top down to ``bottom`` with their times since the start, in a unit that fits."""
    unit, name = next(
        (u, n)
        for u, n in ((3_600_000, "hours"), (60_000, "minutes"), (1000, "seconds"))
        if axis.length_ms >= 2 * u or u == 1000
    )
    parts = []
    for mark in nice_marks(0.0, axis.length_ms / unit):
        x = axis.x(axis.started_ms + mark * unit)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP:.1f}V{bottom:.1f}"/>')
        parts.append(text_at(x, bottom + 16, f"{mark:.6g}", "middle"))
    return "".join(parts) + text_at(WIDTH - RIGHT, bottom + 32, f"{name} since the start", "end")


def picture(title: str, subtitle: str, drawn: Sequence[str], height: float) -> str:
    """The whole SVG; needs nothing from elsewhere."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{title}">'
        f"<style>{_STYLE.format_map(LIGHT)}</style>"
        f'<rect class="card" x=".5" y=".5" width="{WIDTH - 1:.0f}" height="{height - 1:.0f}" rx="8"/>'
        f"{text_at(14, 24, title, 'title')}{text_at(14, 44, fitted(subtitle, 58), '')}"
        f"{''.join(drawn)}</svg>"
    )
