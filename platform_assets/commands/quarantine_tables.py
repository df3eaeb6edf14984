"""How quarantine entries look in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from platform_assets.lake.quarantine import KeptFile
from platform_assets.pipeline.quarantine_entry import Entry

LISTED_WORDS = 100
WIDTH_OF_A_FILE = 150


def show_table(table: Table) -> None:
    """Print a table; as wide as the terminal, or wide enough if the output goes elsewhere."""
    Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE).print(table)


def listing(entries: Sequence[Entry]) -> Table:
    """A line for each entry."""
    table = _table("Quarantine", "id", "refused at (UTC)", "table", "partition", "what", "rows", "status", "rules")
    for entry in entries:
        words = entry.rules if len(entry.rules) <= LISTED_WORDS else entry.rules[:LISTED_WORDS] + "..."
        at, partition = f"{entry.refused_at:%Y-%m-%d %H:%M}", entry.partition or "-"
        values = (at, entry.table, partition, entry.kind, _number(entry.rows), entry.status, words)
        _add(table, entry.quarantine_id, *values)
    return table


def pages(entry: Entry) -> Iterator[Table]:
    """One entry in full: its facts, the rules that it broke with sample rows, and its files."""
    yield _facts(entry)
    if entry.broken_rules:
        yield _rules(entry)
    yield _files(entry)


def _facts(entry: Entry) -> Table:
    table = _table(f"Quarantine {entry.quarantine_id}", "fact", "value")
    facts: dict[str, Any] = {
        "table": entry.what,
        "status": entry.status,
        "decided by": entry.decided_by,
        "decided at": _moment(entry.decided_at),
        "reason": entry.reason,
        "published snapshot": entry.published_snapshot,
        "refused at": _moment(entry.refused_at),
        "run": entry.run_id,
        "rules": entry.rules,
        "rows": _number(entry.rows),
        "source file": entry.source_file,
        "source sha256": entry.source_sha256,
        "contract version": entry.contract_version,
        "folder": entry.location,
    }
    for name, value in facts.items():
        if value is not None:
            _add(table, name, str(value))
    return table


def _rules(entry: Entry) -> Table:
    table = _table("Broken rules", "rule", "rows", "in words", "samples")
    for rule in entry.broken_rules:
        _add(table, rule.code, _number(rule.rows), rule.words, "\n".join(rule.samples))
    return table


def _files(entry: Entry) -> Table:
    table = _table("Files", "kind", "rows", "bytes", "file", "kept?")
    for file in entry.files:
        name = file.location.removeprefix(f"{entry.location}/")
        _add(table, file.kind, _number(file.rows), f"{file.bytes:,}", name, _kept(entry, file))
    return table


def _kept(entry: Entry, file: KeptFile) -> str:
    if not file.copied:
        return "no, only referred to"
    gone = entry.status == "discarded" or (entry.status == "released" and file.kind == "staged")
    return f"no, {entry.status}" if gone else "yes"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", expand=False)
    for column in columns:
        table.add_column(column, justify="right" if column in ("rows", "bytes") else "left", overflow="fold")
    return table


def _add(table: Table, *values: str) -> None:
    # Rules and rows may hold brackets, which are not markup.
    table.add_row(*map(Text, values))


def _moment(value: datetime | None) -> str | None:
    return None if value is None else f"{value:%Y-%m-%d %H:%M:%S} UTC"


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
