"""Great Expectations' pages without the internet: they load styles, icons and their first page's table from elsewhere.

A style of our own stands before theirs, so that theirs wins where it can be loaded, and the first page is ours.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from platform_assets.quality.expectations.stored import StoredResults

STYLE = """<style>
body{font:15px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;margin:0}
.container-fluid{padding:8px 20px}.navbar,.breadcrumb{display:flex;gap:16px;align-items:center;list-style:none}
.navbar{padding:6px 20px;border-bottom:1px solid #d5d9de}.navbar-brand img{height:32px}
.row{display:flex;flex-wrap:wrap;gap:0 24px}.col-12{width:100%}.col-md-2,.col-lg-2{width:200px}.col-md-10{flex:1}
.nav{list-style:none;padding:0}h1,h4,h5,h6{font-size:17px;margin:12px 0 6px}
table{border-collapse:collapse;margin:6px 0}th,td{border:1px solid #d5d9de}
th,td{padding:5px 10px;text-align:left;vertical-align:top}
.badge{background:#eceff2;border-radius:4px;padding:1px 5px}.alert{border-left:4px solid #b8bec5;padding:0 10px}
.text-success,.held{color:#1a7f37}.text-danger,.failed{color:#c02a20}.text-warning{color:#946200}
.fa-check-circle::before{content:"\\2713 held"}.fa-times::before{content:"\\2717 failed"}
.fa-exclamation-triangle::before{content:"! error"}.show-scrollbars{overflow:auto}a{color:#0a58ca}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}a{color:#79b0ff}th,td{border-color:#3a4048}
.badge{background:#2a3038}.text-success,.held{color:#57c470}.text-danger,.failed{color:#ff7b72}}
</style>"""
TITLES = ("partition", "expectations", "failed", "partition was", "judged (UTC)")
_REMOTE_LOGO = re.compile(r"https://great-expectations-web-assets[^\"')]*")


def make_readable(site: Path) -> None:
    """Put the style first in every page, and the logo that lies in the site in the place of a remote one."""
    for page in site.rglob("*.html"):
        logo = "../" * (len(page.relative_to(site).parts) - 1) + "static/images/logo-long.png"
        text = page.read_text(encoding="utf-8").replace("<head>", f"<head>{STYLE}", 1)
        page.write_text(_REMOTE_LOGO.sub(logo, text), encoding="utf-8")


def front_page(results: Sequence[StoredResults], pages: dict[tuple[str, str], str], filtered: str) -> str:
    """The site's first page: every table with its partitions, the newest first.

    Args:
        pages: addresses relative to the site, by table and partition.
        filtered: address of Great Expectations' own list.
    """
    ordered = sorted(results, key=lambda stored: stored.table)
    tables = [
        f"<h1>{html.escape(table)}</h1>\n{_table(list(stored), pages)}"
        for table, stored in groupby(ordered, key=lambda stored: stored.table)
    ]
    note = f'<p><a href="{filtered}">The same list with filters</a>, which needs the internet.</p>'
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Expectations</title>{STYLE}</head>\n'
        f'<body><div class="container-fluid">\n{"".join(tables)}\n{note}\n</div></body></html>\n'
    )


def _table(partitions: Sequence[StoredResults], pages: dict[tuple[str, str], str]) -> str:
    newest_first = sorted(partitions, key=lambda stored: stored.partition, reverse=True)
    rows = "\n".join(_row(stored, pages[stored.table, stored.partition]) for stored in newest_first)
    titles = (
        "<tr><th>partition</th><th>expectations</th><th>failed</th><th>partition was</th><th>judged (UTC)</th></tr>"
    )
    return f"<table>\n{titles}\n{rows}\n</table>"


def _row(stored: StoredResults, page: str) -> str:
    failed = [each["expectation_config"]["meta"]["check"] for each in stored.results if not each["success"]]
    held = f'<span class="held">{len(stored.results) - len(failed)} of {len(stored.results)} held</span>'
    names = f'<span class="failed">{html.escape(", ".join(failed))}</span>' if failed else ""
    cells = [f'<a href="{html.escape(page)}">{html.escape(stored.partition)}</a>', held, names, _outcome(stored)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in [*cells, f"{stored.judged_at:%Y-%m-%d %H:%M}"]) + "</tr>"


def _outcome(stored: StoredResults) -> str:
    if stored.released:
        return f"released by {html.escape(stored.released)}"
    return "published" if stored.published else '<span class="failed">refused</span>'
