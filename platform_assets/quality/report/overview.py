"""All columns in one table, most changed first: how much, since when, and whether the model uses them."""

from html import escape

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.drift.wording import number, percent
from platform_assets.quality.report.answers import since_of, use_words
from platform_assets.quality.report.context import ReportContext
from platform_assets.quality.report.words import VERDICTS


def overview_of(result: DriftResult, about: ReportContext) -> str:
    """The table, or nothing without a reference, since then there is nothing to rank."""
    if result.verdict == "no_reference" or not result.columns:
        return ""
    rows = "".join(_row(place, column, result, about) for place, column in enumerate(result.columns))
    since = "<th scope='col' class='wide'>Since</th>" if about.histories else ""
    used = "<th scope='col' class='wide'>Used</th>" if about.used is not None else ""
    return (
        "<h2>Every column, most changed first</h2><p class='soft'>The bar is the size of the change; the mark in its "
        "middle is the limit from which it counts as drift.</p><div class='card'><table><thead><tr>"
        "<th scope='col'>Column</th><th scope='col' class='wide'>Verdict</th><th scope='col'>Size</th>"
        f"{since}{used}<th scope='col' class='wide'>Median</th><th scope='col' class='wide'>Missing</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def medians(column: ColumnDrift) -> str:
    """The typical value of a number before and now; a dash for other kinds."""
    if column.kind != "numeric":
        return "-"
    if column.verdict == "no_reference":
        return number(column.current_median)
    return _change(number(column.reference_median), number(column.current_median))


def missing(column: ColumnDrift) -> str:
    """The share of missing values before and now."""
    now = percent(column.current_missing_share)
    return now if column.reference_missing_share is None else _change(percent(column.reference_missing_share), now)


def chip(column: ColumnDrift) -> str:
    """The verdict of a column as a sign, a word and a colour."""
    return f"<span class='chip {column.verdict}'>{VERDICTS[column.verdict]}</span>"


def _row(place: int, column: ColumnDrift, result: DriftResult, about: ReportContext) -> str:
    since = since_of(column, about)
    cells = [f"<td class='wide'>{since.partition if since else ''}</td>"] if about.histories else []
    cells += [f"<td class='wide'>{use_words(column, result, about)}</td>"] if about.used is not None else []
    return (
        f"<tr><th scope='row'><a href='#column-{place}'>{breakable(column.column)}</a>{chip(column)}</th>"
        f"<td class='wide'>{chip(column)}</td>"
        f"<td class='size'>{_size(column)}</td>{''.join(cells)}"
        f"<td class='wide'>{medians(column)}</td><td class='wide'>{missing(column)}</td></tr>"
    )


def _size(column: ColumnDrift) -> str:
    if column.verdict == "no_reference":
        return "-"
    over = " class='over'" if column.verdict == "drift" else ""
    bar = f"<b{over} style='width:{min(50.0 * column.effect, 100.0):.0f}%'></b>"
    return (
        f"<span class='bar' role='img' aria-label='{column.effect:.2f} times the limit'>{bar}</span>"
        f"<span class='soft' aria-hidden='true'>{_times(column.effect)}</span>"
    )


def breakable(name: str) -> str:
    """A name as HTML that may be broken after its underscores."""
    return escape(name).replace("_", "_<wbr>")


def _change(before: str, now: str) -> str:
    return now if before == now else f"{before} → {now}"


def _times(effect: float) -> str:
    return f"{effect:.1f} ×" if effect < 10 else f"{effect:.0f} ×"
