"""One panel of the picture: both distributions of a column over each other, with axes. The origin is its plot's corner.

Every form has the same two signs, which the legend explains: before is a filled shape, now an outline over it.
"""

import math

import numpy as np

from platform_assets.quality.drift.wording import percent
from platform_assets.quality.profile.keys import Floats
from platform_assets.quality.report.bars import EMPTY, REST, Bars
from platform_assets.quality.report.shapes import fitted, outline, round_marks, text_at, text_width

#: Plot and gutter in pixels: the axis's numbers and its name stand in the gutter, left of the plot.
WIDTH, HEIGHT, GUTTER = 286.0, 132.0, 54.0
_SIZE = 11.0
_BELOW = HEIGHT + 15.0
_HEADROOM = 1.06
_CATEGORIES = 6
_NAMES = 130.0
_UNIT = "% of rows"


def panel_of(bars: Bars | None) -> str:
    """SVG shapes of a column's bars, at most WIDTH by HEIGHT pixels, with labels to the left and below."""
    if bars is None:
        return text_at(WIDTH / 2, HEIGHT / 2, "no values", "middle")
    if bars.form == "category":
        return _categories(bars)
    top = _HEADROOM * _highest(bars.reference, bars.current)
    shape = outline if bars.form == "interval" else _columns
    before, now = (shape(shares / top, WIDTH, HEIGHT) for shares in (bars.reference, bars.current))
    return _scale(top) + _shapes(before, now) + f'<path class="axis" d="M0 {HEIGHT}H{WIDTH}"/>' + _labels(bars)


def _highest(*windows: Floats) -> float:
    return max(float(shares.max(initial=0.0)) for shares in windows) or 1.0


def _shapes(before: str, now: str) -> str:
    return f'<path class="before" d="{before}"/><path class="now" d="{now}"/>'


def _scale(top: float) -> str:
    """Per cent of rows upwards."""
    marks = [(HEIGHT * (1 - mark / (100 * top)), f"{mark:g}") for mark in round_marks(100 * top)]
    lines = "".join(f"M0 {y:.1f}H{WIDTH}" for y, _ in marks)
    numbers = "".join(text_at(-6, y + 4, words, "end") for y, words in marks)
    name = f'<g transform="translate({12 - GUTTER} {HEIGHT / 2}) rotate(-90)">{text_at(0, 0, _UNIT, "middle")}</g>'
    return f'<path class="grid" d="{lines}"/>{numbers}{name}'


def _columns(heights: Floats, width: float, height: float) -> str:
    """Path data of bars that stand apart, one a value."""
    slot = width / len(heights)
    bars = ((slot * (i + 0.14), slot * (i + 0.86), height * (1 - h)) for i, h in enumerate(heights.tolist()))
    return "".join(f"M{left:.2f} {height}V{top:.1f}H{right:.2f}V{height}" for left, right, top in bars)


def _labels(bars: Bars) -> str:
    """Labels below, at the edges of intervals or in the middle of values: every n-th, so that they keep apart."""
    slot, start = WIDTH / len(bars.reference), 0.0 if bars.edges is not None else 0.5
    widest = _SIZE * (max(map(text_width, bars.labels)) + 1.0)
    shown = range(0, len(bars.labels), _every(len(bars.labels), math.ceil(widest / slot)))
    return "".join(text_at(slot * (start + i), _BELOW, bars.labels[i], "middle") for i in shown)


def _every(count: int, least: int) -> int:
    """The step from one label to the next; a little more than `least` if it then ends at the last one."""
    return next((step for step in range(least, least * 3 // 2 + 1) if (count - 1) % step == 0), least)


def _categories(bars: Bars) -> str:
    """A row a text, its name to the left."""
    bars = _most_frequent(bars)
    names = [fitted(label or EMPTY, _NAMES / _SIZE) for label in bars.labels]
    left = max(_SIZE * max(map(text_width, [_UNIT, *names])) + 12.0 - GUTTER, 0.0)
    slot = HEIGHT / len(names)
    texts = "".join(text_at(-6, slot * (i + 0.5) + 4, name, "end") for i, name in enumerate(names))
    return f'<g transform="translate({left:.1f} 0)">{_lying(bars, WIDTH - left, slot)}{texts}</g>'


def _lying(bars: Bars, width: float, slot: float) -> str:
    """Bars to the right; the row of all others is left to its numbers, since its bar may dwarf the rest."""
    rows = len(bars.labels) - (bars.labels[-1] == REST)
    top = _HEADROOM * _highest(bars.reference[:rows], bars.current[:rows])
    before, now = (_rows(shares[:rows] / top, width, slot) for shares in (bars.reference, bars.current))
    drawn = _lying_scale(top, width) + _shapes(before, now) + f'<path class="axis" d="M0 0V{HEIGHT}"/>'
    others = text_at(6, HEIGHT - slot / 2 + 4, _change(bars), "start") if rows < len(bars.labels) else ""
    return drawn + others


def _lying_scale(top: float, width: float) -> str:
    """Per cent of rows to the right."""
    marks = [(width * mark / (100 * top), f"{mark:g}") for mark in round_marks(100 * top)]
    lines = "".join(f"M{x:.1f} 0V{HEIGHT}" for x, _ in marks)
    numbers = "".join(text_at(x, _BELOW, words, "middle") for x, words in marks)
    return f'<path class="grid" d="{lines}"/>{numbers}{text_at(-12, _BELOW, _UNIT, "end")}'


def _most_frequent(bars: Bars) -> Bars:
    """The first categories, and what remains of both windows as all others."""
    if len(bars.labels) <= _CATEGORIES + 1:
        return bars
    before, now = (
        np.append(shares[:_CATEGORIES], shares[_CATEGORIES:].sum()) for shares in (bars.reference, bars.current)
    )
    return Bars("category", [*bars.labels[:_CATEGORIES], REST], before, now)


def _rows(lengths: Floats, width: float, slot: float) -> str:
    """Path data of bars that lie, one a row of `slot` pixels."""
    rows = ((slot * (i + 0.16), slot * (i + 0.84), width * length) for i, length in enumerate(lengths.tolist()))
    return "".join(f"M0 {upper:.2f}H{end:.1f}V{lower:.2f}H0" for upper, lower, end in rows)


def _change(bars: Bars) -> str:
    now = percent(float(bars.current[-1]))
    return f"{percent(float(bars.reference[-1]))} → {now}" if bars.reference.any() else now
