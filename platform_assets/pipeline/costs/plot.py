"""The picture of a month's costs: the months before it, and its parts by asset, product and owner.

An image has its own background and colours; inside a page the colours are the page's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from platform_assets.pipeline.costs.words import amount
from platform_assets.quality.report.shapes import fitted, round_marks, text_at
from platform_assets.quality.report.style import LIGHT

if TYPE_CHECKING:
    from platform_assets.compute.cost.bill import Dimension
    from platform_assets.pipeline.costs.month import MonthCosts

WIDTH = 760
#: Bars of a panel; the smaller ones share the last.
SHOWN = 8
_MARGIN, _FONT = 16.0, 12.0
_TITLE = 26.0
_MONTHS_HEIGHT, _LEFT, _FOOT = 130.0, 72.0, 26.0
_ROW, _NAMES, _AMOUNTS = 24.0, 230.0, 84.0
_GAP = 20.0

_STYLE = """
.costs text{{font:12px system-ui,sans-serif;fill:{soft}}}
.costs .end{{text-anchor:end}}.costs .middle{{text-anchor:middle}}
.costs .title{{font-size:13px;font-weight:600;fill:{ink}}}.costs .words{{fill:{ink}}}
.costs .card{{fill:{card};stroke:{line}}}.costs .gridline{{fill:none;stroke:{line}}}
.costs .past{{fill:{before};stroke:none}}.costs .this{{fill:{now};stroke:none}}
"""
_PANELS: tuple[tuple[Dimension, str], ...] = (("asset", "By asset"), ("product", "By product"), ("owner", "By owner"))


def cost_plot_svg(month: MonthCosts, colours: Mapping[str, str] = LIGHT) -> str:
    """SVG of a month; needs nothing from elsewhere."""
    panels = [_months(month.history, month.month)]
    panels += [_parts(f"{title}, {month.month}", _top(month.bills[by].exact)) for by, title in _PANELS]
    drawn, y = "", _MARGIN
    for shapes, height in panels:
        drawn += f'<g transform="translate(0 {y:.0f})">{shapes}</g>'
        y += height + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="costs" viewBox="0 0 {WIDTH} {y:.0f}" width="{WIDTH}" '
        f'height="{y:.0f}" role="img" aria-label="Costs of {month.month}"><style>{_STYLE.format_map(colours)}</style>'
        f'<rect class="card" x=".5" y=".5" width="{WIDTH - 1}" height="{y - 1:.0f}" rx="8"/>{drawn}</svg>'
    )


def _months(history: Mapping[str, Decimal], this: str) -> tuple[str, float]:
    """Bars by month, and the height that they take."""
    top = max(float(max(history.values())), 1e-9)
    slot = (WIDTH - _LEFT - _MARGIN) / max(len(history), 6)
    marks = round_marks(top)
    base = _TITLE + _MONTHS_HEIGHT

    def height(usd: float) -> float:
        return (_MONTHS_HEIGHT - 16) * usd / top

    lines = "".join(f"M{_LEFT} {base - height(mark):.1f}H{WIDTH - _MARGIN}" for mark in marks)
    shapes = text_at(_MARGIN, 12, "By month", "title") + f'<path class="gridline" d="{lines}"/>'
    shapes += "".join(text_at(_LEFT - 8, base - height(mark) + 4, amount(mark), "end") for mark in marks)
    for place, (month, usd) in enumerate(history.items()):
        x, high = _LEFT + slot * place, height(float(usd))
        look = "this" if month == this else "past"
        shapes += f'<rect class="{look}" x="{x + slot * 0.2:.1f}" y="{base - high:.1f}" width="{slot * 0.6:.1f}" '
        shapes += f'height="{high:.1f}"/>{text_at(x + slot / 2, base - high - 4, amount(usd), "middle words")}'
        shapes += text_at(x + slot / 2, base + 17, month, "middle")
    return shapes, base + _FOOT


def _parts(title: str, parts: Sequence[tuple[str, Decimal]]) -> tuple[str, float]:
    """A horizontal bar a part, and the height that they take."""
    top = max((float(usd) for _, usd in parts), default=0.0) or 1.0
    room = WIDTH - _MARGIN - _NAMES - _AMOUNTS - _MARGIN
    shapes = text_at(_MARGIN, 12, title, "title")
    if not parts:
        shapes += text_at(_MARGIN, _TITLE + 10, "nothing was used", "")
    for place, (name, usd) in enumerate(parts):
        y, wide = _TITLE + _ROW * place, room * float(usd) / top
        shapes += text_at(_NAMES, y + 13, fitted(name, (_NAMES - _MARGIN) / _FONT), "end words")
        shapes += f'<rect class="this" x="{_NAMES + 10:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{_ROW - 7}"/>'
        shapes += text_at(_NAMES + 18 + wide, y + 13, amount(usd), "words")
    return shapes, _TITLE + _ROW * max(len(parts), 1)


def _top(exact: Mapping[str, Decimal]) -> list[tuple[str, Decimal]]:
    """The dearest, and all others as one."""
    parts = list(exact.items())
    if len(parts) <= SHOWN:
        return parts
    others = parts[SHOWN - 1 :]
    return [*parts[: SHOWN - 1], (f"{len(others)} others", sum((usd for _, usd in others), Decimal(0)))]
