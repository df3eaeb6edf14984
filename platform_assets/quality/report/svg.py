"""Small SVG plots without any library. Shapes stretch with the page; every letter is HTML around them and does not."""

from html import escape

import numpy as np

from platform_assets.quality.drift.wording import number, percent
from platform_assets.quality.profile.keys import Floats
from platform_assets.quality.report.bars import EMPTY, REST, Bars
from platform_assets.quality.report.shapes import outline

_ROW = 30
_HEIGHT = 150
_HEADROOM = 6


def plot_of(bars: Bars, name: str, medians: tuple[float | None, float | None]) -> str:
    """Both distributions of a column over each other as HTML with exactly one SVG."""
    body = _intervals(bars, bars.edges, name, medians) if bars.edges is not None else _categories(bars, name)
    return body + (f'<p class="note">{escape(bars.note)}</p>' if bars.note else "")


def timeline_of(points: list[tuple[str, float]], title: str) -> str:
    """A series over partitions as HTML with one SVG; the last point is marked."""
    values = np.array([value for _, value in points], dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    at = np.linspace(1.5, 98.5, len(values)) if len(values) > 1 else np.array([98.5])
    heights = 44.0 - 38.0 * (values - low) / (high - low) if high > low else np.full(len(values), 25.0)
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in zip(at, heights, strict=True))
    last = f"M{at[-1]:.2f} {heights[-1]:.2f}h.01"
    return (
        f'<figure class="timeline"><figcaption>{escape(title)}: lowest {number(low)}, highest {number(high)}, '
        f"last {number(float(values[-1]))}</figcaption>"
        f'<svg viewBox="0 0 100 50" preserveAspectRatio="none" height="60" role="img" aria-label="{escape(title)}">'
        f'<polyline class="line" points="{line}"/><path class="dot" d="{last}"/></svg>'
        f'<div class="axis"><span>{escape(points[0][0])}</span><span>{escape(points[-1][0])}</span></div></figure>'
    )


def _intervals(bars: Bars, edges: Floats, name: str, medians: tuple[float | None, float | None]) -> str:
    top = max(float(bars.reference.max()), float(bars.current.max()), 1e-9)
    full = (_HEIGHT - _HEADROOM) / _HEIGHT
    before, now = (outline(full * shares / top, 100, _HEIGHT) + "Z" for shares in (bars.reference, bars.current))
    lines = "".join(
        f'<path class="median {which}" d="M{x:.2f} 0V{_HEIGHT}"/>'
        for which, median in zip(("before", "now"), medians, strict=True)
        if (x := _position(median, edges)) is not None
    )
    ticks = np.linspace(0, len(bars.labels) - 1, min(len(bars.labels), 5)).round().astype(int)
    axis = "".join(f"<span>{escape(bars.labels[i])}</span>" for i in ticks)
    return (
        f'<div class="top">highest bar: {percent(top)} of the rows</div>'
        f'<svg class="area" viewBox="0 0 100 {_HEIGHT}" preserveAspectRatio="none" height="{_HEIGHT}" role="img" '
        f'aria-label="{escape(name)}: distribution before and now">'
        f'<path class="before" d="{before}"/><path class="now" d="{now}"/>{lines}</svg>'
        f'<div class="axis">{axis}</div>'
    )


def _position(value: float | None, edges: Floats) -> float | None:
    if value is None or not edges[0] <= value <= edges[-1]:
        return None
    return 100.0 * (value - float(edges[0])) / float(edges[-1] - edges[0])


def _categories(bars: Bars, name: str) -> str:
    """Two bars a category; the bar of all others is left to its numbers, since it may dwarf the rest."""
    height = _ROW * len(bars.labels)
    pairs = list(zip(bars.reference.tolist(), bars.current.tolist(), strict=True))
    drawn = [(0.0, 0.0) if label == REST else pair for label, pair in zip(bars.labels, pairs, strict=True)]
    top = max([share for pair in drawn for share in pair] + [1e-9])
    shapes = "".join(
        f'<rect class="before" y="{i * _ROW + 3}" width="{100 * p / top:.2f}" height="11"/>'
        f'<rect class="now" y="{i * _ROW + 15}" width="{100 * q / top:.2f}" height="11"/>'
        for i, (p, q) in enumerate(drawn)
    )
    names = "".join(f'<span title="{escape(label)}">{escape(label) or EMPTY}</span>' for label in bars.labels)
    compared = bool(bars.reference.any())
    numbers = "".join(f"<span>{percent(p) if compared else ''}<br>{percent(q)}</span>" for p, q in pairs)
    return (
        f'<div class="rows"><div class="names">{names}</div>'
        f'<svg class="rects" viewBox="0 0 100 {height}" preserveAspectRatio="none" height="{height}" role="img" '
        f'aria-label="{escape(name)}: shares before and now">{shapes}</svg><div class="numbers">{numbers}</div></div>'
    )
