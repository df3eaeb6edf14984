"""One policy's AUC by month beside that of 'never', with a mark where it trained."""

from collections.abc import Sequence
from dataclasses import dataclass

from platform_assets.learning.backtest.outcome import MonthOutcome, PolicyOutcome
from platform_assets.quality.report.chart import apart, mark_words
from platform_assets.quality.report.shapes import fitted, nice_marks, text_at

#: Size of a panel with its labels, in pixels.
WIDTH, PANEL_HEIGHT, HEAD, FOOT = 400, 190, 24, 14
_LEFT, _TOP, _RIGHT, _PLOT_HEIGHT = 56, 30, 18, 118
_LABELS = 6
_TITLE_WIDTH = 25.0


@dataclass(frozen=True)
class Range:
    """Ends of an axis."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def quality_panel(outcome: PolicyOutcome, never: PolicyOutcome, scale: Range) -> str:
    """The panel as SVG shapes, its upper left corner at the origin."""
    width = WIDTH - _LEFT - _RIGHT
    return (
        text_at(16, 18, fitted(outcome.name, _TITLE_WIDTH), "title")
        + text_at(WIDTH - _RIGHT, 18, _facts(outcome), "end words")
        + f'<g transform="translate({_LEFT} {_TOP})">{_axes(outcome.months, scale, width)}'
        f'<path class="never" d="{_line(never.months, scale, width)}"/>'
        f'<path class="policy" d="{_line(outcome.months, scale, width)}"/>{_marks(outcome, scale, width)}</g>'
    )


def _facts(outcome: PolicyOutcome) -> str:
    mean = "-" if outcome.mean_auc is None else f"{outcome.mean_auc:.3f}"
    return f"mean {mean}, {outcome.retrainings_in_words}"


def _axes(months: Sequence[MonthOutcome], scale: Range, width: float) -> str:
    marks = [(_height(value, scale), mark_words(value)) for value in nice_marks(scale.low, scale.high, 4)]
    lines = "".join(f"M0 {y:.1f}H{width}" for y, _ in marks)
    left = "".join(text_at(-8, y + 4, words, "end") for y, words in marks)
    below = "".join(
        text_at(_across(i, months, width), _PLOT_HEIGHT + 18, months[i].partition, "middle")
        for i in apart(len(months), _LABELS)
    )
    return f'<path class="grid" d="{lines}"/><path class="axis" d="M0 {_PLOT_HEIGHT}H{width}"/>{left}{below}'


def _line(months: Sequence[MonthOutcome], scale: Range, width: float) -> str:
    """Through the months that have a value; the pen is lifted over those without."""
    parts, lifted = [], True
    for place, month in enumerate(months):
        if month.auc is not None:
            step = "M" if lifted else "L"
            parts.append(f"{step}{_across(place, months, width):.1f} {_height(month.auc, scale):.1f}")
        lifted = month.auc is None
    return "".join(parts)


def _marks(outcome: PolicyOutcome, scale: Range, width: float) -> str:
    """On the line; at the foot where there is none yet."""
    months = outcome.months
    return "".join(
        f'<circle class="{"promoted" if month.promoted else "refused"}" cx="{_across(place, months, width):.1f}" '
        f'cy="{_PLOT_HEIGHT if month.auc is None else _height(month.auc, scale):.1f}" r="4.5"/>'
        for place, month in enumerate(months)
        if month.trained
    )


def _across(place: int, months: Sequence[MonthOutcome], width: float) -> float:
    return width * (place + 0.5) / len(months)


def _height(value: float, scale: Range) -> float:
    return _PLOT_HEIGHT * (1 - scale.place(value))
