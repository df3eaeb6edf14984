"""One self-contained HTML file about a backtest: opens offline, on a phone, in light and dark, without any script."""

from collections.abc import Mapping, Sequence
from html import escape

from platform_assets.learning.backtest.chart import backtest_svg
from platform_assets.learning.backtest.outcome import PolicyOutcome
from platform_assets.learning.backtest.tables import month_rows, policy_rows
from platform_assets.quality.report.shapes import prose
from platform_assets.quality.report.style import CSS, LIGHT

_STYLE = (
    ".scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}.scroll svg{min-width:680px;max-width:none;height:auto}"
    ".scroll table{min-width:680px}td,thead th+th{text-align:right}thead th{white-space:pre-line}"
    ".scroll tbody th{overflow-wrap:normal;white-space:nowrap}"
    ".scroll:focus-visible{outline:3px solid var(--link);outline-offset:3px}"
)
_MEANINGS = {
    "AUC, Brier": "Of the champion in charge of a month, on that month's rows, once their labels were known; the mean "
    "is over all labelled months, each counting the same. AUC: higher is better; Brier: lower is better.",
    "cost of errors": "Each row is acted on if its predicted probability reaches the threshold. An event that nobody "
    "acted on costs 'missed', an action without an event 'false_alarm', as declared under 'backtest'.",
    "against naive, against never": "The same cost for the seasonal naive forecast (of the newest champion that any "
    "policy has in that month, so it is one for all), and for the first model kept for ever, less the policy's own.",
    "CPU s": "Processor seconds of the trainings that the policy asked for: reading, tuning and fitting, as measured. "
    "A training that several policies share counts in full for each of them.",
    "same rules as production": "Labels are known with the declared delay, the gates decide on promotion against the "
    "policy's own champion, a champion predicts from the following month on, the cool-down holds, and a standing drift "
    "asks for one training only.",
}


def backtest_html(
    outcomes: Sequence[PolicyOutcome], *, title: str, sentences: Sequence[str], facts: Mapping[str, str], currency: str
) -> str:
    """The report as one HTML page; `sentences` answer the question, `facts` are shown as given."""
    first, *others = sentences
    page_colours = {name: f"var(--{name})" for name in LIGHT}
    chart = backtest_svg(outcomes, currency, page_colours, words=escape(" ".join(sentences)))
    body = (
        f"<h1>{escape(title)}</h1><section class='banner stable'><strong>{prose(first)}</strong>"
        f"{''.join(f'<p>{prose(sentence)}</p>' for sentence in others)}</section>"
        f"<dl class='facts'>{''.join(f'<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>' for k, v in facts.items())}"
        f"</dl><h2>Policies</h2>{_table(policy_rows(outcomes, currency))}"
        f"<h2>At a glance</h2>{_scroll(chart, 'Chart')}"
        f"<h2>AUC by month</h2><p class='soft'>* trained as of this month and promoted; (*) refused by a gate. A new "
        f"champion predicts from the following month on.</p>{_table(month_rows(outcomes))}"
        f"<h2>What the numbers mean</h2><dl class='terms card'>"
        f"{''.join(f'<dt>{escape(k)}</dt><dd>{escape(v)}</dd>' for k, v in _MEANINGS.items())}</dl>"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{CSS}{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in rows[0])
    lines = []
    for row in rows:
        name, *cells = row.values()
        lines.append(
            f"<tr><th scope='row'>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        )
    return _scroll(f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>", "Table")


def _scroll(content: str, what: str) -> str:
    """Wide things scroll on their own on a phone, with a finger or the keyboard."""
    return f"<div class='scroll card' tabindex='0' role='region' aria-label='{what}'>{content}</div>"
