"""A rule's series as one small picture: what was, what was expected, and what came."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence

from platform_assets.quality.rate_of_change.figures import figure, range_words
from platform_assets.quality.rate_of_change.judge import Judgement
from platform_assets.quality.rate_of_change.series import Point
from platform_assets.quality.report.shapes import fitted, text_at
from platform_assets.quality.report.style import LIGHT

#: Points drawn at most, the newest ones; the picture stays small whatever the history.
SHOWN = 60
_WIDTH, _HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 76.0, 20.0, 40.0, 30.0

# An image has its own background, since a page does not tell it whether the page is light or dark.
_STYLE = """
text{{font:11px system-ui,sans-serif;fill:{soft}}}.end{{text-anchor:end}}.middle{{text-anchor:middle}}
.title{{font-size:12px;font-weight:600;fill:{ink}}}
.card{{fill:{card};stroke:{line}}}.grid{{stroke:{line};fill:none}}
.expected{{fill:{before-fill};stroke:{before}}}.line{{fill:none;stroke:{before};stroke-width:1.8}}
.dot{{fill:{before}}}.out{{fill:{card};stroke:{soft}}}
.ok{{fill:{stable}}}.anomaly{{fill:{drift}}}.cannot_tell{{fill:{unknown}}}
"""
_MARKS = {"ok": "as expected", "anomaly": "▲ unusual", "cannot_tell": "? cannot tell"}


def change_plot_svg(title: str, found: Judgement) -> str:
    """SVG of the newest numbers with the expected range of the last; needs nothing from elsewhere."""
    points = [*found.history, found.current][-SHOWN:]
    low, high = _scale(points, found)
    place = _Place(len(points), low, high)
    words = f"{_MARKS[found.verdict]}: {figure(found.current.value)}"
    if found.expected:
        words += f", expected {range_words(found.expected.low, found.expected.high)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><style>{_STYLE.format_map(LIGHT)}</style>'
        f'<rect class="card" x=".5" y=".5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="8"/>'
        f"{text_at(14, 22, fitted(title, 30), 'title')}{text_at(_WIDTH - 14, 22, words, f'end {found.verdict}')}"
        f"{_axes(place, points)}{_range(place, found)}{_series(place, points, found)}</svg>"
    )


def as_markdown(svg: str, words: str) -> str:
    """A picture as Markdown that the Dagster UI shows; ``words`` for those who cannot see it."""
    clean = words.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{clean}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"


class _Place:
    """Where a point lies in the picture."""

    def __init__(self, count: int, low: float, high: float) -> None:
        self.count, self.low, self.high = count, low, high

    def x(self, at: int) -> float:
        """Pixels from the left of the point at a position; the last one leaves room for its range."""
        width = _WIDTH - _LEFT - _RIGHT - 24
        return _LEFT + 12 + (width if self.count == 1 else width * at / (self.count - 1))

    def y(self, value: float) -> float:
        """Pixels from the top; values beyond the scale lie on its edge."""
        inside = min(max(value, self.low), self.high)
        share = (inside / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share


def _scale(points: Sequence[Point], found: Judgement) -> tuple[float, float]:
    values = [point.value for point in points if point.value is not None]
    bounds = (found.expected.low, found.expected.high) if found.expected else ()
    values += [bound for bound in bounds if math.isfinite(bound)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.08 * (high - low) or 0.5 * abs(high) or 1.0
    return low - room, high + room


def _axes(place: _Place, points: Sequence[Point]) -> str:
    marks = _round_marks(place.low, place.high)
    lines = "".join(f"M{_LEFT} {place.y(mark):.1f}H{_WIDTH - _RIGHT}" for mark in marks)
    numbers = "".join(text_at(_LEFT - 6, place.y(mark) + 4, figure(mark), "end") for mark in marks)
    shown = sorted({0, len(points) // 2, len(points) - 1})
    labels = "".join(
        text_at(place.x(at), _HEIGHT - 10, fitted(points[at].label, 12), "end" if at == len(points) - 1 else "middle")
        for at in shown
    )
    return f'<path class="grid" d="{lines}"/>{numbers}{labels}'


def _round_marks(low: float, high: float) -> list[float]:
    """Two to six marks between both ends, 1, 2 or 5 times a power of ten apart."""
    rough = high / 5 - low / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step)
    return [place * step for place in range(first, first + 6) if place * step <= high]


def _range(place: _Place, found: Judgement) -> str:
    if found.expected is None:
        return ""
    x, top, bottom = place.x(place.count - 1) - 9, place.y(found.expected.high), place.y(found.expected.low)
    return f'<rect class="expected" x="{x:.1f}" y="{top:.1f}" width="18" height="{max(bottom - top, 1.0):.1f}"/>'


def _series(place: _Place, points: Sequence[Point], found: Judgement) -> str:
    seen = [(place.x(at), place.y(p.value), p.label) for at, p in enumerate(points) if p.value is not None]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in seen)
    dots = "".join(f'<circle class="{_look(label, found)}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y, label in seen)
    return f'<polyline class="line" points="{line}"/>{dots}'


def _look(label: str, found: Judgement) -> str:
    if label == found.current.label:
        return found.verdict
    return "out" if label in found.excluded else "dot"
