"""``platform quality``: what the stored profiles of a table say, without reading its data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from platform_assets.commands.shown import print_json, print_rows, told
from platform_assets.commands.tables import full_name

if TYPE_CHECKING:
    from platform_assets.lake import Lake
    from platform_assets.quality.profile import TableProfile

BETWEEN = ".."
# Of the frequent texts, so many are shown in a cell.
SHOWN_TEXTS = 3


@click.group()
def quality() -> None:
    """Look at the quality of tables through their stored profiles."""


@quality.command()
@click.argument("table")
@click.option("--window", help="A partition, or the first and the last of a range, as in 2013-01..2013-03.")
@click.option("--column", "columns", multiple=True, help="Only this column; repeatable.")
@click.option("--json", "in_json", is_flag=True, help="Print JSON instead of a table.")
@told
def profile(table: str, window: str | None, columns: tuple[str, ...], in_json: bool) -> None:
    """Print what TABLE holds in a window, merged from stored profiles; by default in all partitions.

    TABLE is an asset (flights) or a full name (flight_delay.flights).
    """
    from platform_assets.notebook import open_lake
    from platform_assets.quality.profile import profile_rows
    from platform_assets.quality.profile_table import StoredProfiles

    lake, name = open_lake(), full_name(table)
    stored = StoredProfiles(lake, name)
    partitions = _profiled(name, stored.partitions, lake)
    first, last = _range(window, partitions)
    found = stored.merged((first, last))
    if found is None:
        raise click.BadParameter(
            f"no partition of {name} in {window} has a profile; there are {_span(partitions)}.", param_hint="--window"
        )
    chosen = _chosen(name, found, columns)
    rows = [row for row in profile_rows(found) if row["column"] in chosen]
    if in_json:
        print_json({"table": name, "first": first, "last": last, "rows": found.rows, "columns": [*map(_plain, rows)]})
    else:
        print_rows(f"{name}, {_span([first, last])}: {found.rows:,} rows", [*map(_short, rows)])


def _profiled(table: str, partitions: list[str], lake: Lake) -> list[str]:
    """The partitions; an error that tells a table without profiles from one that does not exist."""
    if partitions:
        return partitions
    if lake.exists(table):
        raise click.UsageError(f"'{table}' has no profile yet. Materialize its asset: every publish profiles its rows.")
    raise click.BadParameter(
        f"nothing was ever published to '{table}'. Choose one of: {', '.join(lake.tables()) or 'no table yet'}.",
        param_hint="TABLE",
    )


def _range(window: str | None, partitions: list[str]) -> tuple[str, str]:
    if window is None:
        return partitions[0], partitions[-1]
    first, between, last = window.partition(BETWEEN)
    last = last if between else first
    if not first or not last or first > last:
        raise click.BadParameter(
            f"'{window}' is no window. Write a partition, or the first and the last of a range as in "
            f"{partitions[0]}{BETWEEN}{partitions[-1]}.",
            param_hint="--window",
        )
    return first, last


def _chosen(table: str, profile: TableProfile, columns: tuple[str, ...]) -> set[str]:
    unknown = [column for column in columns if column not in profile.columns]
    if unknown:
        known = ", ".join(profile.columns)
        raise click.BadParameter(
            f"{table} has no profile of '{unknown[0]}'. Choose from: {known}.", param_hint="--column"
        )
    return set(columns or profile.columns)


def _span(partitions: list[str]) -> str:
    first, last = partitions[0], partitions[-1]
    return first if first == last else f"{first}{BETWEEN}{last}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Everything but the sketch; frequent texts as pairs."""
    plain = {name: value for name, value in row.items() if name != "sketch"}
    return plain | {"frequent": json.loads(row["frequent"]) if row["frequent"] else None}


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """One line of the table: numbers with four digits, times and texts as text."""
    timed = row["kind"] == "timestamp"
    texts = json.loads(row["frequent"])[:SHOWN_TEXTS] if row["frequent"] else []
    numbers = {name: None if timed else _number(row[name]) for name in ("mean", "std", "p05", "p50", "p95")}
    return {
        "column": row["column"],
        "kind": row["kind"],
        "null %": _number(100 * row["null_share"]),
        "distinct": f"{row['distinct']:,}",
        "min": row["min_text"] or _number(row["min"]),
        **numbers,
        "max": row["max_text"] or _number(row["max"]),
        "most frequent": ", ".join(f"{value} ({rows:,})" for value, rows in texts) or None,
    }


def _number(value: float | None) -> str | None:
    if value is None:
        return None
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.4g}"
