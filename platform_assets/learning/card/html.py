"""A card as one self-contained HTML file, without any script."""

from __future__ import annotations

from html import escape

from platform_assets.learning.card.document import Card, Section, Table
from platform_assets.learning.card.style import PAGE_CSS
from platform_assets.quality.report.shapes import prose


def card_html(card: Card) -> str:
    """The page; it opens offline, on a phone, in light and dark."""
    kind = card.stage.split()[0]
    banner = f"<section class='banner {kind}'><strong>{escape(card.stage.capitalize())}</strong>"
    body = "".join(map(_section, card.sections))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(card.title)}</title><style>{PAGE_CSS}</style></head><body><main>"
        f"<h1>{escape(card.title)}</h1>{banner}<p>{prose(card.standing)}</p></section>{body}</main></body></html>"
    )


def _section(section: Section) -> str:
    sentences = "".join(f"<p>{prose(sentence)}</p>" for sentence in section.sentences)
    facts = "".join(f"<div><dt>{escape(k)}</dt><dd>{prose(v)}</dd></div>" for k, v in section.facts.items())
    points = "".join(f"<li>{prose(point)}</li>" for point in section.points)
    plots = "".join(
        f"<figure><figcaption>{prose(plot.caption)}</figcaption>{plot.svg}</figure>" for plot in section.plots
    )
    return (
        f"<section class='card'><h2>{escape(section.title)}</h2>{sentences}"
        f"{f'<dl class=told>{facts}</dl>' if facts else ''}{f'<ul>{points}</ul>' if points else ''}"
        f"{''.join(map(_table, section.tables))}{plots}</section>"
    )


def _table(table: Table) -> str:
    head = "".join(_cell("th", name, place, table) for place, name in enumerate(table.columns))
    rows = "".join(
        f"<tr>{''.join(_cell('td', text, place, table) for place, text in enumerate(row))}</tr>" for row in table.rows
    )
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _cell(tag: str, text: str, place: int, table: Table) -> str:
    style = " class='number'" if place in table.numeric else ""
    return f"<{tag}{style}>{prose(text)}</{tag}>"
