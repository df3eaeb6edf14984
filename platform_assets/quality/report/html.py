"""One self-contained HTML file about drift: opens offline, on a phone, in light and dark, without any script."""

from collections.abc import Mapping
from html import escape

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.drift.wording import number, percent
from platform_assets.quality.profile.table import TableProfile
from platform_assets.quality.report.bars import bars_of
from platform_assets.quality.report.style import CSS
from platform_assets.quality.report.svg import plot_of, timeline_of
from platform_assets.quality.report.words import ADVICE, HEADLINES, MEASURES, VERDICTS

Timelines = Mapping[str, list[tuple[str, float]]]


def drift_report_html(
    result: DriftResult,
    reference: TableProfile | None,
    current: TableProfile,
    *,
    title: str,
    context: Mapping[str, str],
    timelines: Timelines | None = None,
) -> str:
    """The report as one HTML page; `context` is shown as given (dataset, windows, run ...).

    A timeline belongs to the column that its key names, as `column` or `column: what is shown`; points are
    (partition, value) in time order.
    """
    series = timelines or {}
    cards = "".join(_card(place, column, reference, current, series) for place, column in enumerate(result.columns))
    body = _banner(result, title) + _context(result, context) + _schema(result) + _overview(result)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body><main>{body}"
        f"<h2>Column by column</h2>{_legend(reference is not None)}{cards}{_explanation(result)}</main></body></html>"
    )


def _banner(result: DriftResult, title: str) -> str:
    return (
        f"<h1>{escape(title)}</h1><section class='banner {result.verdict}'><strong>{HEADLINES[result.verdict]}</strong>"
        f"<p>{escape(result.summary)}</p><p>{ADVICE[result.verdict]}</p></section>"
    )


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
    return f"<section class='card'><h3>The shape of the table changed</h3>{lines}</section>"


def _overview(result: DriftResult) -> str:
    if result.verdict == "no_reference":
        return ""
    rows = "".join(_overview_row(place, column) for place, column in enumerate(result.columns))
    return (
        "<h2>What changed, and how much</h2><p class='soft'>The bar is the size of the change; the mark in its middle "
        "is the limit from which it counts as drift.</p><div class='card scroll'><table><thead><tr><th>Column</th>"
        "<th>Verdict</th><th>Size</th><th class='wide'>Median</th><th class='wide'>Missing</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _overview_row(place: int, column: ColumnDrift) -> str:
    over = " class='over'" if column.verdict == "drift" else ""
    bar = f"<b{over} style='width:{min(50.0 * column.effect, 100.0):.0f}%'></b>"
    return (
        f"<tr><td><a href='#column-{place}'>{escape(column.column)}</a></td><td>{_chip(column)}</td>"
        f"<td><span class='bar' role='img' aria-label='{column.effect:.2f} times the limit'>{bar}</span></td>"
        f"<td class='wide'>{_medians(column)}</td><td class='wide'>{_missing(column)}</td></tr>"
    )


def _card(
    place: int, column: ColumnDrift, reference: TableProfile | None, current: TableProfile, series: Timelines
) -> str:
    inner = f"<p>{escape(column.message)}</p>{_plot(column, reference, current)}"
    inner += _facts(column) + _timelines(column, series)
    anchor, name = f"column-{place}", f"<h3>{escape(column.column)}</h3>{_chip(column)}"
    if column.verdict in ("drift", "no_reference"):
        return f"<section class='card' id='{anchor}'><div class='head'>{name}</div>{inner}</section>"
    size = f"<span class='soft'>{column.effect:.2f} of the limit</span>"
    return f"<details class='card' id='{anchor}'><summary>{name}{size}</summary>{inner}</details>"


def _plot(column: ColumnDrift, reference: TableProfile | None, current: TableProfile) -> str:
    before = reference.columns.get(column.column) if reference else None
    bars = bars_of(before, current.columns[column.column])
    if bars is None:
        return "<p class='note'>No values to draw.</p>"
    medians = (column.reference_median, column.current_median)
    return plot_of(bars, column.column, medians if column.kind == "numeric" else (None, None))


def _facts(column: ColumnDrift) -> str:
    facts = [("Median", _medians(column)), ("Missing", _missing(column))] if column.kind != "text" else []
    if column.kind == "text":
        facts = [("Missing", _missing(column))]
    if column.kind == "text" and column.verdict != "no_reference":
        facts += [("New values", _values(column.new_values, column.new_values_share))]
        facts += [("Vanished values", _values(column.vanished_values, column.vanished_values_share))]
    measures = [("PSI", column.psi), ("PSI by chance, up to", column.psi_noise), ("Jensen-Shannon", column.js)]
    measures += [("Kolmogorov-Smirnov", column.ks), ("Wasserstein / std", column.wasserstein)]
    facts += [(name, f"{value:.3f}") for name, value in measures if value is not None]
    items = "".join(f"<div><span>{name}</span>{escape(value)}</div>" for name, value in facts)
    return f"<div class='facts'>{items}</div>"


def _timelines(column: ColumnDrift, series: Timelines) -> str:
    own = {key: points for key, points in series.items() if points and _belongs(key, column.column)}
    return "".join(timeline_of(points, _series_title(key, column.column)) for key, points in own.items())


def _series_title(key: str, column: str) -> str:
    return "Over time" if key == column else f"Over time, {key.removeprefix(f'{column}: ')}"


def _belongs(key: str, column: str) -> bool:
    return key == column or key.startswith(f"{column}: ")


def _chip(column: ColumnDrift) -> str:
    return f"<span class='chip {column.verdict}'>{VERDICTS[column.verdict]}</span>"


def _medians(column: ColumnDrift) -> str:
    if column.kind != "numeric":
        return "-"
    if column.verdict == "no_reference":
        return number(column.current_median)
    return f"{number(column.reference_median)} → {number(column.current_median)}"


def _missing(column: ColumnDrift) -> str:
    now = percent(column.current_missing_share)
    return now if column.reference_missing_share is None else f"{percent(column.reference_missing_share)} → {now}"


def _values(values: list[str], share: float | None) -> str:
    if not values:
        return "none"
    more = " ..." if len(values) > 5 else ""
    return f"{', '.join(values[:5])}{more} ({percent(share or 0.0)} of rows)"


def _legend(has_reference: bool) -> str:
    before = "<span><i class='b'></i>before (reference)</span>" if has_reference else ""
    now = "<span><i class='n'></i>now</span><span class='soft'>dashed lines: medians</span>"
    return f"<div class='legend'>{before}{now}</div>"


def _explanation(result: DriftResult) -> str:
    declared = {name.replace("_", " "): value for name, value in result.thresholds.items() if value is not None}
    limits = f"<p class='soft'>Declared: {escape(', '.join(f'{k} {v}' for k, v in declared.items()))}.</p>"
    terms = "".join(f"<p><b>{name}.</b> {text}</p>" for name, text in MEASURES.items())
    return f"<h2>How to read this</h2><section class='card'>{terms}{limits}</section>"
