"""The distributions of the most changed columns as one small picture for the Dagster UI.

An image has its own background, since a page does not tell it whether the page is light or dark.
"""

import math
from html import escape

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.profile.table import TableProfile
from platform_assets.quality.report import panel
from platform_assets.quality.report.bars import bars_of
from platform_assets.quality.report.shapes import fitted, text_at, text_width
from platform_assets.quality.report.style import LIGHT
from platform_assets.quality.report.words import VERDICTS

_COLUMNS = 2
_MARGIN = 14
_LEGEND = 34
_TITLE = 25
_PANEL_WIDTH, _PANEL_HEIGHT = 370, 196
_TITLE_SIZE, _BOLD = 12.0, 1.15
_GAP = 9.0

_STYLE = """
text{{font:11px system-ui,sans-serif;fill:{soft}}}
.end{{text-anchor:end}}.middle{{text-anchor:middle}}
.title,.legend{{font-size:12px;fill:{ink}}}.name,.verdict{{font-weight:600}}
.verdict{{fill:{unknown}}}.drift{{fill:{drift}}}.stable{{fill:{stable}}}
.card{{fill:{card};stroke:{line}}}
.grid{{stroke:{line}}}.axis{{stroke:{soft}}}
.before{{fill:{before-fill}}}.now{{fill:none;stroke:{now};stroke-width:1.8}}
"""


def drift_picture_svg(result: DriftResult, reference: TableProfile | None, current: TableProfile, top: int = 6) -> str:
    """SVG of the `top` most changed columns, before and now over each other; needs nothing from elsewhere."""
    shown = result.columns[: max(top, 1)]
    width = 2 * _MARGIN + _COLUMNS * _PANEL_WIDTH
    height = _LEGEND + _PANEL_HEIGHT * math.ceil(len(shown) / _COLUMNS)
    panels = "".join(_panel(place, column, reference, current) for place, column in enumerate(shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<style>{_STYLE.format_map(LIGHT)}</style>"
        f'<rect class="card" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>'
        f"{_legend(width, result.verdict != 'no_reference')}{panels}</svg>"
    )


def _panel(place: int, column: ColumnDrift, reference: TableProfile | None, current: TableProfile) -> str:
    x = _MARGIN + _PANEL_WIDTH * (place % _COLUMNS) + panel.GUTTER
    y = _LEGEND + _PANEL_HEIGHT * (place // _COLUMNS) + _TITLE
    before = reference.columns.get(column.column) if reference else None
    drawn = panel.panel_of(bars_of(before, current.columns[column.column]))
    return f'<g transform="translate({x} {y})">{_title(column)}{drawn}</g>'


def _title(column: ColumnDrift) -> str:
    """Name, verdict and size from the panel's left end on; the name gives way where they have no room together."""
    verdict = VERDICTS[column.verdict]
    size = "" if column.verdict == "no_reference" else f"{column.effect:.1f} × limit"
    room = (_PANEL_WIDTH - 2 * _GAP) / _TITLE_SIZE - _BOLD * text_width(verdict) - text_width(size)
    name = escape(fitted(column.column, room / _BOLD))
    return (
        f'<text class="title" x="{-panel.GUTTER}" y="-14"><tspan class="name">{name}</tspan>'
        f'<tspan dx="{_GAP}" class="verdict {column.verdict}">{verdict}</tspan><tspan dx="{_GAP}">{size}</tspan></text>'
    )


def _legend(width: int, has_reference: bool) -> str:
    before = _key(width - 250, "before", "before (reference)") if has_reference else ""
    return before + _key(width - 84, "now", "now")


def _key(x: int, shape: str, words: str) -> str:
    return f'<rect class="{shape}" x="{x}" y="14" width="22" height="10"/>{text_at(x + 30, 23, words, "legend")}'
