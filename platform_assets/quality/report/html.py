"""One self-contained HTML file about drift: opens offline, on a phone, in light and dark, without any script."""

from collections.abc import Mapping
from html import escape

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.profile.table import TableProfile
from platform_assets.quality.report.answers import Answer, answers_of
from platform_assets.quality.report.card import card_of, sentences_of
from platform_assets.quality.report.context import NOTHING_KNOWN, ReportContext
from platform_assets.quality.report.definitions import definitions_of
from platform_assets.quality.report.multivariate import multivariate_of
from platform_assets.quality.report.overview import overview_of
from platform_assets.quality.report.shapes import prose
from platform_assets.quality.report.style import CSS
from platform_assets.quality.report.words import HEADLINES


def drift_report_html(
    result: DriftResult,
    reference: TableProfile | None,
    current: TableProfile,
    *,
    title: str,
    context: Mapping[str, str],
    about: ReportContext = NOTHING_KNOWN,
) -> str:
    """The report as one HTML page.

    `context` is shown as given (model, windows, owner ...); `about` adds what lies around the comparison: timelines,
    since when a column drifts, whether the model uses it, whom to ask.
    """
    body = _banner(result, title) + _answers(answers_of(result, about)) + _context(result, context) + _schema(result)
    body += overview_of(result, about) + multivariate_of(result) + _columns(result, reference, current, about)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body><main>{body}"
        f"{definitions_of(result)}</main></body></html>"
    )


def _banner(result: DriftResult, title: str) -> str:
    return (
        f"<h1>{escape(title)}</h1><section class='banner {result.verdict}'><strong>{HEADLINES[result.verdict]}</strong>"
        f"<p>{prose(result.summary)}</p></section>"
    )


def _answers(answers: list[Answer]) -> str:
    blocks = "".join(f"<div><h2>{answer.question}</h2>{sentences_of(answer.sentences)}</div>" for answer in answers)
    return f"<section class='answers card'>{blocks}</section>"


def _context(result: DriftResult, context: Mapping[str, str]) -> str:
    rows = {"Rows before": result.reference_rows, "Rows now": result.current_rows}
    facts = {**context, **{name: f"{count:,}" for name, count in rows.items() if count is not None}}
    return f"<dl>{''.join(f'<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>' for k, v in facts.items())}</dl>"


def _schema(result: DriftResult) -> str:
    change = result.schema_change
    if not change:
        return ""
    parts = (("Added", change.added), ("Removed", change.removed), ("Other type", change.retyped))
    lines = "".join(f"<p>{what}: {escape(', '.join(names))}</p>" for what, names in parts if names)
    return f"<section class='card'><h2>The shape of the table changed</h2>{lines}</section>"


def _columns(result: DriftResult, reference: TableProfile | None, current: TableProfile, about: ReportContext) -> str:
    cards = "".join(
        card_of(place, column, result, reference, current, about) for place, column in enumerate(result.columns)
    )
    return f"<h2>Column by column</h2>{_legend(result.columns, reference is not None, about)}{cards}"


def _legend(columns: list[ColumnDrift], has_reference: bool, about: ReportContext) -> str:
    before = "<span><i class='b'></i>before (reference): pale, dashed</span>" if has_reference else ""
    after = "<span><i class='n'></i>now: strong, solid</span>"
    timelines = "<span><i class='t'></i>the tested partition</span>" if about.histories else ""
    return f"<div class='legend'>{before}{after}{timelines}</div>" if columns else ""
