"""One column in full: finding, what to do, both distributions, its course over time, and the numbers."""

from html import escape

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.drift.wording import percent
from platform_assets.quality.profile.table import TableProfile
from platform_assets.quality.report.advice import column_advice, origin_words
from platform_assets.quality.report.answers import since_of, since_words, size_words, use_words
from platform_assets.quality.report.bars import bars_of
from platform_assets.quality.report.context import ReportContext
from platform_assets.quality.report.distribution import distribution_of
from platform_assets.quality.report.overview import breakable, chip, medians, missing
from platform_assets.quality.report.shapes import prose
from platform_assets.quality.report.timeline import timelines_of

_LISTED = 5


def card_of(
    place: int,
    column: ColumnDrift,
    result: DriftResult,
    reference: TableProfile | None,
    current: TableProfile,
    about: ReportContext,
) -> str:
    """A section for what changed or cannot be compared; folded for what did not change or cannot be told."""
    history = about.histories.get(column.column)
    plots = _plot(column, reference, current)
    plots += timelines_of(column.column, history, about.partition) if history else ""
    inner = _words(column, result, about) + plots + _numbers(column) + _origin(column, about)
    # The anchor is inside, so that following a link to it unfolds the card.
    inner = f"<div id='column-{place}'>{inner}</div>"
    size = f"<span class='soft'>{size_words(column)}</span>" if column.verdict != "no_reference" else ""
    head = f"<h3>{breakable(column.column)}</h3>{chip(column)}"
    if column.verdict == "drift" or result.verdict == "no_reference":
        return f"<section class='card'><div class='head'>{head}{size}</div>{inner}</section>"
    return f"<details class='card'><summary>{head}{size}</summary>{inner}</details>"


def sentences_of(sentences: list[str]) -> str:
    """A paragraph, or a list of several."""
    if len(sentences) == 1:
        return f"<p>{prose(sentences[0])}</p>"
    return f"<ul>{''.join(f'<li>{prose(sentence)}</li>' for sentence in sentences)}</ul>"


def _words(column: ColumnDrift, result: DriftResult, about: ReportContext) -> str:
    since, used = since_of(column, about), use_words(column, result, about)
    told = [("Finding", [column.message])]
    told += [("Since when", [since_words(since)])] if since else []
    told += [("Used by the model", [_use_sentence(used, about)])] if used else []
    told += [("What to do", column_advice(column, result, about))]
    items = "".join(f"<div><dt>{name}</dt><dd>{sentences_of(lines)}</dd></div>" for name, lines in told if lines)
    return f"<dl class='told'>{items}</dl>"


def _use_sentence(used: str, about: ReportContext) -> str:
    name = about.model or "the model"
    if used == "prediction":
        return f"It is what {name} answers."
    if used == "label":
        return f"It is what {name} has to predict."
    return f"No, {name} does not use it." if used == "no" else f"Yes, {name} uses it{used.removeprefix('yes')}."


def _plot(column: ColumnDrift, reference: TableProfile | None, current: TableProfile) -> str:
    before = reference.columns.get(column.column) if reference else None
    bars = bars_of(before, current.columns[column.column])
    if bars is None:
        return "<p class='note'>No values to draw.</p>"
    typical = (column.reference_median, column.current_median)
    return distribution_of(bars, column.column, typical if column.kind == "numeric" else (None, None))


def _numbers(column: ColumnDrift) -> str:
    facts = [("Median", medians(column))] if column.kind == "numeric" else []
    facts += [("Missing", missing(column))]
    if column.kind == "text" and column.verdict != "no_reference":
        facts += [("New values", _values(column.new_values, column.new_values_share))]
        facts += [("Vanished values", _values(column.vanished_values, column.vanished_values_share))]
    measures = [("PSI", column.psi), ("PSI by chance, up to", column.psi_noise), ("Jensen-Shannon", column.js)]
    measures += [("Kolmogorov-Smirnov", column.ks), ("Wasserstein / std", column.wasserstein)]
    facts += [(name, f"{value:.3f}") for name, value in measures if value is not None]
    items = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    return f"<dl class='facts'>{items}</dl>"


def _origin(column: ColumnDrift, about: ReportContext) -> str:
    origins = about.origins.get(column.column, ())
    return f"<p class='note'>Computed from {escape(origin_words(origins))}.</p>" if origins else ""


def _values(values: list[str], share: float | None) -> str:
    if not values:
        return "none"
    more = " ..." if len(values) > _LISTED else ""
    return f"{', '.join(values[:_LISTED])}{more} ({percent(share or 0.0)} of rows)"
