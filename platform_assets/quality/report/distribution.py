"""Both distributions of a column over each other. Before is pale and dashed, now strong and solid, in every form."""

from html import escape

from platform_assets.quality.drift.wording import number, percent
from platform_assets.quality.profile.keys import Floats
from platform_assets.quality.report.bars import EMPTY, REST, Bars
from platform_assets.quality.report.chart import Mark, apart, chart, mark_words
from platform_assets.quality.report.shapes import nice_marks, outline, skyline

Medians = tuple[float | None, float | None]
_HEADROOM = 1.08
_ROW = 34
_LYING_VALUES = 4
_HEIGHT = 170


def distribution_of(bars: Bars, name: str, medians: Medians) -> str:
    """Both distributions of a column as a figure with exactly one SVG."""
    if bars.form == "category" or (bars.form == "value" and len(bars.labels) <= _LYING_VALUES):
        drawn = _lying(bars, name)
    else:
        drawn = _standing(bars, name, medians)
    note = f'<p class="note">{escape(bars.note)}</p>' if bars.note else ""
    return f"<figure><figcaption>{_caption(bars)}</figcaption>{drawn}{note}</figure>"


def _caption(bars: Bars) -> str:
    words = {
        "interval": "Share of rows by value",
        "value": "Share of rows with each value",
        "category": "Share of rows",
    }
    dashed = "; vertical lines: medians" if bars.form == "interval" else ""
    return f"{words[bars.form]}{dashed}"


def _standing(bars: Bars, name: str, medians: Medians) -> str:
    top = _HEADROOM * max(float(bars.reference.max()), float(bars.current.max()), 1e-9)
    shapes = _areas(bars, top) if bars.edges is not None else _pairs(bars, top)
    if bars.edges is not None:
        places = [_position(median, bars.edges) for median in medians]
        for style, x in zip(("before", "now"), places, strict=True):
            shapes += f'<path class="median {style}" d="M{x:.2f} 0V100"/>' if x is not None else ""
    y_marks = [(100 * (1 - v / top), f"{100 * v:g} %") for v in nice_marks(0.0, top, 4)]
    told = (
        f"From {bars.labels[0]} to {bars.labels[-1]}. {_median_words(medians)}"
        if bars.edges is not None
        else _told(bars)
    )
    return chart(shapes, f"{name}: share of rows by value. {told}", _HEIGHT, x_marks=_x_marks(bars), y_marks=y_marks)


def _areas(bars: Bars, top: float) -> str:
    return "".join(
        f'<path class="{style} fill" d="{outline(shares / top, 100, 100)}Z"/>'
        f'<path class="{style} top" d="{skyline(shares / top)}"/>'
        for style, shares in (("before", bars.reference), ("now", bars.current))
        if shares.any()
    )


def _pairs(bars: Bars, top: float) -> str:
    slot = 100 / len(bars.labels)
    return "".join(
        f'<rect class="{style}" x="{slot * (place + start):.2f}" y="{100 * (1 - share / top):.2f}" '
        f'width="{slot * 0.36:.2f}" height="{100 * share / top:.2f}"/>'
        for style, start, shares in (("before", 0.12, bars.reference), ("now", 0.52, bars.current))
        for place, share in enumerate(shares.tolist())
        if share
    )


def _x_marks(bars: Bars) -> list[Mark]:
    if bars.edges is None:
        slot = 100 / len(bars.labels)
        shown = range(len(bars.labels)) if len("".join(bars.labels)) <= 30 else apart(len(bars.labels), 4)
        return [(slot * (place + 0.5), bars.labels[place]) for place in shown]
    low, high = float(bars.edges[0]), float(bars.edges[-1])
    if bars.dates:
        return [(100 * place / (len(bars.labels) - 1), bars.labels[place]) for place in apart(len(bars.labels), 3)]
    return [(100 * (v - low) / (high - low), mark_words(v)) for v in nice_marks(low, high, 5)]


def _position(value: float | None, edges: Floats) -> float | None:
    if value is None or not edges[0] <= value <= edges[-1]:
        return None
    return 100.0 * (value - float(edges[0])) / float(edges[-1] - edges[0])


def _median_words(medians: Medians) -> str:
    before, now = medians
    if now is None:
        return ""
    return f"Median {number(before)} before, {number(now)} now." if before is not None else f"Median {number(now)}."


def _lying(bars: Bars, name: str) -> str:
    """Two bars a category; the bar of all others is left to its numbers, since it may dwarf the rest."""
    height = _ROW * len(bars.labels)
    pairs = list(zip(bars.reference.tolist(), bars.current.tolist(), strict=True))
    drawn = [(0.0, 0.0) if label == REST else pair for label, pair in zip(bars.labels, pairs, strict=True)]
    top = max([share for pair in drawn for share in pair] + [1e-9])
    shapes = "".join(
        f'<rect class="{style}" x="0" y="{place * _ROW + y}" width="{99 * share / top:.2f}" height="12"/>'
        for place, pair in enumerate(drawn)
        for style, y, share in (("before", 3, pair[0]), ("now", 17, pair[1]))
        if share
    )
    names = "".join(f'<span title="{escape(label)}">{escape(label) or EMPTY}</span>' for label in bars.labels)
    compared = bool(bars.reference.any())
    numbers = "".join(f"<span>{percent(p) if compared else ''}<br>{percent(q)}</span>" for p, q in pairs)
    return (
        f'<div class="rows"><div class="names" aria-hidden="true">{names}</div>'
        f'<svg viewBox="0 0 100 {height}" preserveAspectRatio="none" height="{height}" role="img" '
        f'aria-label="{escape(f"{name}: share of rows by value. {_told(bars)}")}">{shapes}</svg>'
        f'<div class="numbers" aria-hidden="true">{numbers}</div></div>'
    )


def _told(bars: Bars) -> str:
    """Every bar in words, for those who do not see it."""
    compared = bool(bars.reference.any())
    return "; ".join(
        f"{label or EMPTY} {percent(p)} before, {percent(q)} now" if compared else f"{label or EMPTY} {percent(q)}"
        for label, p, q in zip(bars.labels, bars.reference.tolist(), bars.current.tolist(), strict=True)
    )
