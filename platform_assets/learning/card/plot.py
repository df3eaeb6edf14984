"""The calibration plot as one drawing: what was predicted for groups of rows, and how often it happened."""

from __future__ import annotations

from collections.abc import Sequence

from platform_assets.learning.evaluation import CalibrationBin
from platform_assets.quality.report.shapes import nice_marks, text_at

WIDTH, HEIGHT = 440, 320
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 16, 20, 52
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_HEADROOM = 1.08


def calibration_plot(bins: Sequence[CalibrationBin]) -> str:
    """SVG with classes for its colours, see `style`: a point a group with its interval, and the diagonal of a perfect
    model. Both axes are probabilities in per cent, on the same scale."""
    highest = max(max(each.predicted, each.observed.high or each.observed.value) for each in bins)
    top = min(1.0, _HEADROOM * max(highest, 0.01))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'class="calibration" aria-label="{_words(bins)}">{_frame(top)}'
        f'<path class="diagonal" d="M{_x(0, top):.1f} {_y(0, top):.1f}L{_x(top, top):.1f} {_y(top, top):.1f}"/>'
        f"{''.join(_point(each, top) for each in bins)}</svg>"
    )


def _words(bins: Sequence[CalibrationBin]) -> str:
    pairs = "; ".join(f"{each.predicted:.0%} predicted, {each.observed.value:.0%} happened" for each in bins)
    return f"Calibration: {pairs}."


def _x(share: float, top: float) -> float:
    return _LEFT + _PLOT_WIDTH * share / top


def _y(share: float, top: float) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - share / top)


def _frame(top: float) -> str:
    marks = nice_marks(0, 100 * top, 5)
    lines = "".join(f"M{_LEFT} {_y(mark / 100, top):.1f}H{WIDTH - _RIGHT}" for mark in marks)
    left = "".join(text_at(_LEFT - 8, _y(mark / 100, top) + 4, f"{mark:g}", "end") for mark in marks)
    below = "".join(text_at(_x(mark / 100, top), HEIGHT - _BOTTOM + 18, f"{mark:g}", "middle") for mark in marks)
    across = text_at(_LEFT + _PLOT_WIDTH / 2, HEIGHT - 10, "predicted probability, %", "middle")
    upwards = f'<g transform="translate(16 {_TOP + _PLOT_HEIGHT / 2}) rotate(-90)">'
    return (
        f'<path class="lines" d="{lines}"/>{left}{below}{across}{upwards}{text_at(0, 0, "happened, %", "middle")}</g>'
    )


def _point(group: CalibrationBin, top: float) -> str:
    x, y = _x(group.predicted, top), _y(group.observed.value, top)
    dot = f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    if group.observed.low is None or group.observed.high is None:
        return dot
    low, high = _y(group.observed.low, top), _y(group.observed.high, top)
    return f'<path class="interval" d="M{x:.1f} {low:.1f}V{high:.1f}"/>{dot}'
