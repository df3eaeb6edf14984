"""The pictures of a training: one SVG each that needs nothing from elsewhere, light, with readable text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from platform_assets.learning.diagnostics import Diagnostics
from platform_assets.quality.report.shapes import fitted, nice_marks, text_at
from platform_assets.quality.report.style import LIGHT

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 72.0, 24.0, 74.0, 52.0
_FEATURES, _NAMES = 15, 190.0
_ACROSS = {"iterations": "iterations of the estimator", "rows": "rows fitted on"}
_STYLE = """
text{{font:13px system-ui,sans-serif;fill:{soft}}}.end{{text-anchor:end}}.middle{{text-anchor:middle}}
.title{{font-size:15px;font-weight:600;fill:{ink}}}.name{{fill:{ink}}}
.card{{fill:{card};stroke:{line}}}.grid{{stroke:{line};fill:none}}.ideal{{stroke:{soft};stroke-dasharray:5 4;fill:none}}
.first{{stroke:{before};fill:none;stroke-width:2}}.second{{stroke:{now};fill:none;stroke-width:2}}
.bar,.first-dot{{fill:{before}}}.second-dot{{fill:{now}}}text.first-dot{{fill:{before}}}text.second-dot{{fill:{now}}}
"""


def plots(diagnostics: Diagnostics, importance: Mapping[str, float]) -> dict[str, str]:
    """SVG by name: `calibration`, `importance` (of each feature, as `permutation_importance`) and `learning_curve`."""
    return {
        "calibration": calibration_svg(diagnostics),
        "importance": importance_svg(importance),
        "learning_curve": learning_curve_svg(diagnostics),
    }


def calibration_svg(diagnostics: Diagnostics) -> str:
    """Observed share by predicted probability in ten groups of rows, beside the line of a perfect model."""
    points = [(predicted, observed) for predicted, observed, _ in diagnostics.calibration]
    top = max(max(point) for point in points) * 1.06 or 1.0
    axes = _Axes((0.0, top), (0.0, top))
    rows = sum(count for *_, count in diagnostics.calibration)
    subtitle = f"{rows:,} validation rows in {len(points)} groups of equal count; dashed: perfect"
    drawn = [
        axes.grid("predicted probability", "observed share"),
        f'<path class="ideal" d="{axes.path([(0.0, 0.0), (top, top)])}"/>',
        _series(axes, points, "first"),
    ]
    return _picture("Calibration", subtitle, drawn, _HEIGHT)


def importance_svg(importance: Mapping[str, float]) -> str:
    """The features whose shuffling changes most, as bars from the largest down."""
    shown = sorted(importance.items(), key=lambda item: -item[1])[:_FEATURES]
    most = max((value for _, value in shown), default=0.0)
    room = _WIDTH - _NAMES - _RIGHT - 76
    drawn = []
    for place, (name, value) in enumerate(shown):
        y, width = _TOP + 22 * place, room * max(value, 0.0) / most if most > 0 else 0.0
        drawn.append(text_at(_NAMES - 10, y + 13, fitted(name, (_NAMES - 24) / 13), "end name"))
        drawn.append(f'<rect class="bar" x="{_NAMES}" y="{y}" width="{width:.1f}" height="16" rx="2"/>')
        drawn.append(text_at(_NAMES + width + 6, y + 13, f"{value:.4f}", ""))
    left = len(importance) - len(shown)
    subtitle = "mean change of the predicted probability when a feature's values are shuffled"
    subtitle += f"; {left} more" if left else ""
    return _picture("Importance of features", subtitle, drawn, int(_TOP + 22 * len(shown) + 16))


def learning_curve_svg(diagnostics: Diagnostics) -> str:
    """Log loss on earlier and later rows as the model learned."""
    curve = diagnostics.learning_curve
    steps, values = [float(step) for step, *_ in curve], [value for _, *pair in curve for value in pair]
    axes = _Axes(_spread(steps, 0.0), _spread(values, 0.08))
    drawn = [
        axes.grid(_ACROSS[diagnostics.curve_over], "log loss"),
        _series(axes, [(step, fitted_on) for step, fitted_on, _ in curve], "first"),
        _series(axes, [(step, validated) for step, _, validated in curve], "second"),
        text_at(_WIDTH - _RIGHT - 190, 58, "● rows fitted on", "first-dot"),
        text_at(_WIDTH - _RIGHT, 58, "● validation", "end second-dot"),
    ]
    return _picture("Learning curve", "lower is better", drawn, _HEIGHT)


@dataclass(frozen=True)
class _Axes:
    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, value: float) -> float:
        """Pixels from the left."""
        low, high = self.across
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        low, high = self.up
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (value - low) / (high - low)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """Path data through points."""
        return "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)

    def grid(self, across: str, up: str) -> str:
        """Lines at round values, their numbers, and what the axes show."""
        left, right, bottom = _LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        parts = []
        for value in nice_marks(*self.up):
            parts.append(f'<path class="grid" d="M{left} {self.y(value):.1f}H{right}"/>')
            parts.append(text_at(left - 8, self.y(value) + 4, f"{value:.6g}", "end"))
        parts += [text_at(self.x(value), bottom + 18, f"{value:.6g}", "middle") for value in nice_marks(*self.across)]
        parts.append(text_at((left + right) / 2, _HEIGHT - 12, across, "middle"))
        parts.append(text_at(14, _TOP - 12, up, ""))
        return "".join(parts)


def _series(axes: _Axes, points: Sequence[tuple[float, float]], colour: str) -> str:
    dots = "".join(f'<circle class="{colour}-dot" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="4"/>' for x, y in points)
    return f'<path class="{colour}" d="{axes.path(points)}"/>{dots}'


def _spread(values: Sequence[float], room: float) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        return low - 0.5, high + 0.5
    return low - room * (high - low), high + room * (high - low)


def _picture(title: str, subtitle: str, drawn: Sequence[str], height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}"><style>{_STYLE.format_map(LIGHT)}</style>'
        f'<rect class="card" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="8"/>'
        f"{text_at(14, 24, title, 'title')}{text_at(14, 43, subtitle, '')}{''.join(drawn)}</svg>"
    )
