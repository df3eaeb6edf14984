"""A month's costs as one HTML page: opens offline, in light and dark, without any script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from platform_assets.lake.sizes import size
from platform_assets.pipeline.costs.plot import cost_plot_svg
from platform_assets.pipeline.costs.words import amount, headline, saving
from platform_assets.quality.report.style import CSS, LIGHT

if TYPE_CHECKING:
    from platform_assets.pipeline.costs.month import MonthCosts

_LOOK = (
    ".right{text-align:right}tfoot td,tfoot th{font-weight:600;text-align:left;border-top:2px solid var(--line)}"
    "tfoot .right,thead .right{text-align:right}.scroll{overflow-x:auto}.scroll svg{min-width:640px}"
)
_COLOURS = {name: f"var(--{name})" for name in LIGHT}
_TITLES = {
    "asset": "By asset",
    "owner": "By owner",
    "product": "By product",
    "model": "By model version",
    "kind": "By kind",
}
_TERMS = (
    ("CPU seconds", "User and system time of a step and of the programs that it ran, at the deployment's rate."),
    ("Instances", "Whole seconds, 60 at least, at the spot or on-demand price in force, with EMR's fee and disks."),
    ("Storage", "Bytes of a table times the price of their class, accrued from day to day."),
    ("To the cent", "Each list adds up to the total: its cents are shared out by the largest remainder."),
)


def month_html(month: MonthCosts) -> str:
    """The page."""
    title = f"Costs of {month.month}"
    body = f"<h1>{title}</h1><section class='card'><p>{escape(headline(month))}</p></section>"
    body += f"<section class='card scroll'>{cost_plot_svg(month, _COLOURS)}</section>{_budgets(month)}"
    for dimension, bill in month.bills.items():
        rows = [(key, f"{bill.parts[key]:,.2f}", f"{usd:,.6f}") for key, usd in bill.exact.items()]
        body += _table(
            _TITLES[dimension],
            (dimension, "USD", "exactly"),
            rows,
            ("total", f"{bill.total:,.2f}", f"{month.exact:,.6f}"),
        )
    body += _trainings(month) + _storage(month) + _unpriced(month)
    terms = "".join(f"<dt>{name}</dt><dd>{words}</dd>" for name, words in _TERMS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{CSS}{_LOOK}</style></head><body><main>{body}"
        f"<h2>How it is counted</h2><section class='card'><dl class='terms'>{terms}</dl></section></main></body></html>"
    )


def _budgets(month: MonthCosts) -> str:
    looks = {"kept": "stable", "nearly_spent": "cannot_tell", "exceeded": "drift"}
    lines = "".join(
        f"<p><span class='chip {looks[each.verdict]}'>{each.verdict.replace('_', ' ')}</span> "
        f"{escape(each.budget.declared.name)}, {escape(each.budget.in_words)}: {escape(each.message)}</p>"
        for each in month.budgets
    )
    return f"<h2>Budgets</h2><section class='card'>{lines}</section>" if lines else ""


def _trainings(month: MonthCosts) -> str:
    rows = [(each.version, f"{each.cpu_seconds:,.1f}", amount(each.usd)) for each in month.trainings]
    return _table("Model versions trained", ("version", "CPU seconds", "USD"), rows)


def _storage(month: MonthCosts) -> str:
    rows = [
        (
            each["table"],
            *(size(each[side]["bytes"]) for side in ("before", "after")),
            amount(each["before"]["monthly_dollars"] - each["after"]["monthly_dollars"]),
        )
        for each in month.storage
    ]
    heads = ("table", "bytes now", "after retention", "saved a month")
    return _table("Storage and retention", heads, rows, note=saving(month)) if rows else ""


def _unpriced(month: MonthCosts) -> str:
    lines = "".join(f"<p>{escape(each)}</p>" for each in month.unpriced)
    return f"<h2>Without a known price</h2><section class='card'>{lines}</section>" if lines else ""


def _table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    foot: Sequence[str] = (),
    note: str = "",
) -> str:
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f"<th{'' if place == 0 else ' class=right'}>{escape(name)}</th>" for place, name in enumerate(heads))
    last = f"<tfoot><tr>{_cells(foot)}</tr></tfoot>" if foot else ""
    words = f"<p class='note'>{escape(note)}</p>" if note else ""
    return (
        f"<h2>{title}</h2><section class='card scroll'>{words}<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{last}</table></section>"
    )


def _cells(row: Sequence[str]) -> str:
    return f"<th>{escape(row[0])}</th>" + "".join(f"<td class='right'>{escape(cell)}</td>" for cell in row[1:])
