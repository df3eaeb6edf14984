"""A column over all partitions: its spread and typical value, or shares, with reference and tested partition marked."""

from collections.abc import Callable
from html import escape

import numpy as np

from platform_assets.quality.drift.wording import number, percent
from platform_assets.quality.profile.keys import Floats
from platform_assets.quality.report.chart import Mark, apart, chart, mark_words, note_at
from platform_assets.quality.report.history import ColumnHistory, Series
from platform_assets.quality.report.shapes import nice_marks

_MARGIN = 0.06
_LEAST_TOP = 0.01
#: Per cent of the width that the tested partition's label needs to either side on a phone.
_ROOM = 45.0


def timelines_of(name: str, history: ColumnHistory, tested: str) -> str:
    """Every timeline of a column as figures; empty with fewer than two partitions, which show no course."""
    if len(history.partitions) < 2:
        return ""
    parts = [_quantiles(name, history, tested)] if history.quantiles else []
    parts += [_shares(name, value, series, history, tested) for value, series in history.shares.items()]
    return "".join([*parts, _missing(name, history, tested)])


def _quantiles(name: str, history: ColumnHistory, tested: str) -> str:
    rows = np.array([[_nan(v) for v in series] for _, series in sorted(history.quantiles.items())])
    if not np.isfinite(rows).any():
        return ""
    low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
    room = _MARGIN * (high - low) or max(abs(low), 1.0) * _MARGIN
    scale = _scale(low - room, high + room)
    at = _places(history)
    bands = "".join(
        f'<path class="{style}" d="{_band(at, scale(rows[place]), scale(rows[-1 - place]))}"/>'
        for place, style in ((0, "wide-band"), (1, "band"))
    )
    shapes = bands + f'<path class="line" d="{_line(at, scale(rows[2]))}"/>' + _dot(history, tested, scale(rows[2]))
    marks = [(float(scale(np.array([v]))[0]), mark_words(v)) for v in nice_marks(low - room, high + room, 4)]
    title = "Typical value (line: median; bands: the middle half and the middle 80 % of the rows)"
    alt = f"{name}, median by partition: {_course(history, history.quantiles[0.5], number)}"
    return _figure(title, shapes, alt, history, tested, marks, 120)


def _shares(name: str, value: str, series: Series, history: ColumnHistory, tested: str) -> str:
    title = f"Share of rows with '{value}'" if value != "true" else "Share of rows that are true"
    alt = f"{name}, {title.lower()} by partition: {_course(history, series, percent)}"
    return _share_figure(title, alt, series, history, tested)


def _missing(name: str, history: ColumnHistory, tested: str) -> str:
    if not any(history.missing):
        return f"<p class='note'>No value is missing in any of {len(history.partitions)} partitions.</p>"
    alt = f"{name}, share of missing values by partition: {_course(history, history.missing, percent)}"
    return _share_figure("Share of missing values", alt, history.missing, history, tested)


def _share_figure(title: str, alt: str, series: Series, history: ColumnHistory, tested: str) -> str:
    shares = np.array([_nan(value) for value in series])
    known = shares[np.isfinite(shares)]
    top = max(float(known.max(initial=0.0)) * (1 + 2 * _MARGIN), _LEAST_TOP)
    scale = _scale(0.0, top)
    heights = scale(shares)
    shapes = f'<path class="line" d="{_line(_places(history), heights)}"/>' + _dot(history, tested, heights)
    marks = [(float(scale(np.array([v]))[0]), f"{100 * v:g} %") for v in nice_marks(0.0, top, 3)]
    return _figure(title, shapes, alt, history, tested, marks, 76)


def _figure(
    title: str, shapes: str, alt: str, history: ColumnHistory, tested: str, y_marks: list[Mark], height: int
) -> str:
    at = _places(history)
    names = history.partitions
    x_marks = [(float(at[place]), names[place]) for place in apart(len(names), 3)]
    behind, notes = _reference(history, at)
    if tested in names:
        x = float(at[names.index(tested)])
        behind += f'<path class="tested" d="M{x:.2f} 0V100"/>'
        x_marks = [(x, f"{tested} tested"), *((other, name) for other, name in x_marks if abs(other - x) > _ROOM)]
    drawn = chart(behind + shapes, alt, height, x_marks=x_marks, y_marks=y_marks, notes=notes)
    return f'<figure class="timeline"><figcaption>{escape(title)}</figcaption>{drawn}</figure>'


def _reference(history: ColumnHistory, at: Floats) -> tuple[str, str]:
    """Shading behind the partitions of the reference, and its name over the first of them."""
    half = 50.0 / len(at)
    inside = [float(x) for x, name in zip(at, history.partitions, strict=True) if name in history.reference]
    boxes = "".join(f"M{x - half:.2f} 0H{x + half:.2f}V100H{x - half:.2f}Z" for x in inside)
    return (
        (f'<path class="window" d="{boxes}"/>', note_at(inside[0] - half, "reference", "before"))
        if inside
        else ("", "")
    )


def _places(history: ColumnHistory) -> Floats:
    count = len(history.partitions)
    return (np.arange(count) + 0.5) * 100.0 / count


def _scale(low: float, high: float) -> Callable[[Floats], Floats]:
    return lambda values: 100.0 * (high - values) / (high - low)


def _line(at: Floats, heights: Floats) -> str:
    """Path data through all points with a height; a partition without one leaves a gap."""
    known = np.isfinite(heights).tolist()
    steps = zip(at.tolist(), heights.tolist(), known, [False, *known], strict=False)
    return "".join(f"{'L' if joined else 'M'}{x:.2f} {y:.1f}" for x, y, here, joined in steps if here)


def _band(at: Floats, upper: Floats, lower: Floats) -> str:
    """Path data around the points between both heights, those without any left out."""
    known = np.isfinite(upper) & np.isfinite(lower)
    there = zip(at[known].tolist(), upper[known].tolist(), strict=True)
    back = zip(at[known][::-1].tolist(), lower[known][::-1].tolist(), strict=True)
    points = "L".join(f"{x:.2f} {y:.1f}" for x, y in [*there, *back])
    return f"M{points}Z" if points else ""


def _dot(history: ColumnHistory, tested: str, heights: Floats) -> str:
    if tested not in history.partitions:
        return ""
    place = history.partitions.index(tested)
    if not np.isfinite(heights[place]):
        return ""
    return f'<path class="dot" d="M{_places(history)[place]:.2f} {heights[place]:.2f}h.01"/>'


def _course(history: ColumnHistory, series: Series, words: Callable[[float], str]) -> str:
    """First, lowest, highest and last value in words, for those who do not see the line."""
    known = [
        (partition, value) for partition, value in zip(history.partitions, series, strict=True) if value is not None
    ]
    if not known:
        return "no value"
    low, high = min(known, key=lambda point: point[1]), max(known, key=lambda point: point[1])
    ends = (("first", known[0]), ("lowest", low), ("highest", high), ("last", known[-1]))
    return ", ".join(f"{what} {words(value)} in {partition}" for what, (partition, value) in ends)


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value
