"""What trainings bought: money saved against 'never', month after month, over the compute time spent until then."""

from collections.abc import Sequence
from itertools import accumulate

from platform_assets.learning.backtest.chart_panel import WIDTH, Range
from platform_assets.learning.backtest.grammar import NEVER
from platform_assets.learning.backtest.outcome import PolicyOutcome
from platform_assets.quality.report.chart import mark_words
from platform_assets.quality.report.shapes import fitted, nice_marks, text_at

SAVINGS_HEIGHT = 290
_LEFT, _TOP, _RIGHT, _HEIGHT = 84, 44, 196, 190
_NAMES = 14.5
_GAP = 16.0
_COLOURS = 4

Points = list[tuple[float, float]]


def savings_panel(outcomes: Sequence[PolicyOutcome], currency: str) -> str:
    """The panel as SVG shapes; empty if no costs are declared."""
    never = next(outcome for outcome in outcomes if outcome.name == NEVER)
    if never.error_cost is None:
        return ""
    lines = {outcome.name: _points(outcome, never) for outcome in outcomes if outcome.name != NEVER}
    if not lines:
        return ""
    across = _range([0.0, *(x for points in lines.values() for x, _ in points)])
    up = _range([0.0, *(y for points in lines.values() for _, y in points)])
    width = 2 * WIDTH - _LEFT - _RIGHT
    drawn = "".join(_drawn(place, points, across, up, width) for place, points in enumerate(lines.values()))
    title = f"What retraining bought: {currency} saved against never retraining, a step a month, by CPU seconds spent"
    return (
        text_at(16, 20, title, "title")
        + f'<g transform="translate({_LEFT} {_TOP})">{_axes(across, up, width)}{drawn}{_names(lines, up, width)}</g>'
    )


def _points(outcome: PolicyOutcome, never: PolicyOutcome) -> Points:
    """CPU seconds and money, both since the beginning, after each labelled partition."""
    seconds = accumulate(month.cpu_seconds for month in outcome.months)
    saved = accumulate(
        (other.error_cost or 0.0) - (month.error_cost or 0.0)
        for month, other in zip(outcome.months, never.months, strict=True)
    )
    return list(zip(seconds, saved, strict=True))


def _range(values: Sequence[float]) -> Range:
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 1.0
    return Range(low - (room if low < 0 else 0.0), high + room)


def _axes(across: Range, up: Range, width: float) -> str:
    left = [(_y(value, up), mark_words(value)) for value in nice_marks(up.low, up.high, 5)]
    below = [(_x(value, across, width), mark_words(value)) for value in nice_marks(across.low, across.high, 6)]
    lines = "".join(f"M0 {y:.1f}H{width}" for y, _ in left)
    return (
        f'<path class="grid" d="{lines}"/><path class="axis" d="M0 {_y(0.0, up):.1f}H{width}"/>'
        + "".join(text_at(-8, y + 4, words, "end") for y, words in left)
        + "".join(text_at(x, _HEIGHT + 18, words, "middle") for x, words in below)
        + text_at(width / 2, _HEIGHT + 38, "CPU seconds of all trainings until then", "middle words")
    )


def _drawn(place: int, points: Points, across: Range, up: Range, width: float) -> str:
    at = [(_x(x, across, width), _y(y, up)) for x, y in points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    style = _style(place)
    x, y = at[-1]
    return f'<path class="saved {style}" d="{path}"/><path class="dot {style}" d="M{x:.1f} {y:.1f}h0"/>'


def _names(lines: dict[str, Points], up: Range, width: float) -> str:
    """Beside the ends of the lines, as high as these where there is room, each with a piece of its line."""
    wanted = sorted((_y(points[-1][1], up), place, name) for place, (name, points) in enumerate(lines.items()))
    drawn, last = [], -_GAP
    for y, place, name in wanted:
        last = max(y, last + _GAP)
        drawn.append(
            f'<path class="saved {_style(place)}" d="M{width + 8} {last:.1f}h20"/>'
            + text_at(width + 34, last + 4, fitted(name, _NAMES), "words")
        )
    return "".join(drawn)


def _style(place: int) -> str:
    """Colours repeat after four, then with a dashed line."""
    return f"s{place % _COLOURS}" + (" second" if place // _COLOURS % 2 else "")


def _x(value: float, across: Range, width: float) -> float:
    return width * across.place(value)


def _y(value: float, up: Range) -> float:
    return _HEIGHT * (1 - up.place(value))
