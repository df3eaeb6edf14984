"""The picture of a backtest: quality by month, a panel a policy, and what the trainings of each policy bought.

An image has its own background and colours; inside a page the colours are the page's.
"""

from collections.abc import Mapping, Sequence

from platform_assets.learning.backtest.chart_panel import FOOT, HEAD, PANEL_HEIGHT, WIDTH, Range, quality_panel
from platform_assets.learning.backtest.chart_savings import SAVINGS_HEIGHT, savings_panel
from platform_assets.learning.backtest.grammar import NEVER
from platform_assets.learning.backtest.outcome import PolicyOutcome
from platform_assets.quality.report.shapes import text_at
from platform_assets.quality.report.style import LIGHT

COLUMNS = 2
_LEGEND = 58

_STYLE = """
.backtest text{{font:12px system-ui,sans-serif;fill:{soft}}}
.backtest .end{{text-anchor:end}}.backtest .middle{{text-anchor:middle}}
.backtest .title{{font-size:13px;font-weight:600;fill:{ink}}}.backtest .words{{fill:{ink}}}
.backtest .card{{fill:{card};stroke:{line}}}.backtest .grid{{fill:none;stroke:{line}}}
.backtest .axis{{fill:none;stroke:{soft}}}
.backtest .policy{{fill:none;stroke:{before};stroke-width:2.4;stroke-linejoin:round}}
.backtest .never{{fill:none;stroke:{soft};stroke-width:1.6;stroke-dasharray:5 4}}
.backtest .promoted{{fill:{now};stroke:{now};stroke-width:2}}
.backtest .refused{{fill:{card};stroke:{now};stroke-width:2}}
.backtest .s0{{stroke:{before}}}.backtest .s1{{stroke:{now}}}
.backtest .s2{{stroke:{stable}}}.backtest .s3{{stroke:{ink}}}
.backtest .saved{{fill:none;stroke-width:2.2;stroke-linejoin:round}}.backtest .second{{stroke-dasharray:7 4}}
.backtest .dot{{stroke-width:8;stroke-linecap:round;fill:none}}
"""


def backtest_svg(
    outcomes: Sequence[PolicyOutcome], currency: str, colours: Mapping[str, str] = LIGHT, *, words: str = ""
) -> str:
    """SVG of all policies; `words` say for those who cannot see it what it shows."""
    never = next(outcome for outcome in outcomes if outcome.name == NEVER)
    shown = [outcome for outcome in outcomes if outcome.name != NEVER] or [never]
    scale = _range(outcomes)
    rows = -(-len(shown) // COLUMNS)
    panels = "".join(
        f'<g transform="translate({WIDTH * (i % COLUMNS)} {_LEGEND + PANEL_HEIGHT * (i // COLUMNS)})">'
        f"{quality_panel(outcome, never, scale)}</g>"
        for i, outcome in enumerate(shown)
    )
    below = _LEGEND + PANEL_HEIGHT * rows
    savings = savings_panel(outcomes, currency)
    height = below + (SAVINGS_HEIGHT if savings else 0) + FOOT
    width = WIDTH * COLUMNS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="backtest" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{words}"><style>{_STYLE.format_map(colours)}</style>'
        f'<rect class="card" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>{_legend()}{panels}'
        f'<g transform="translate(0 {below})">{savings}</g></svg>'
    )


def _range(outcomes: Sequence[PolicyOutcome]) -> Range:
    """One scale for all panels, so that they can be compared."""
    found = [month.auc for outcome in outcomes for month in outcome.months if month.auc is not None]
    low, high = (min(found), max(found)) if found else (0.5, 1.0)
    room = max(0.1 * (high - low), 0.005)
    return Range(low - room, high + room)


def _legend() -> str:
    y = HEAD + 21
    return (
        text_at(16, HEAD, "Quality by month: AUC of the champion in charge, once labels were known", "title")
        + f'<path class="policy" d="M16 {y - 4}h26"/>{text_at(48, y, "this policy", "words")}'
        + f'<path class="never" d="M140 {y - 4}h26"/>{text_at(172, y, "never retrained", "words")}'
        + f'<circle class="promoted" cx="296" cy="{y - 4}" r="4.5"/>{text_at(307, y, "retrained, promoted", "words")}'
        + f'<circle class="refused" cx="450" cy="{y - 4}" r="4.5"/>'
        + text_at(461, y, "retrained, refused by a gate", "words")
    )
