"""A difference of two versions as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from platform_assets.commands.shown import print_rows

if TYPE_CHECKING:
    from platform_assets.lake.diff import Difference


def as_values(found: Difference) -> dict[str, Any]:
    """For JSON; snapshots as text, because they are longer than JSON's numbers."""
    return {
        "before": str(found.before),
        "after": str(found.after),
        "schema": list(found.schema),
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "changed columns": dict(found.changed_columns),
        "added rows": list(found.added_rows),
        "removed rows": list(found.removed_rows),
        "changed rows": [{"key": dict(row.key), "columns": dict(row.columns)} for row in found.changed_rows],
        "files read": found.files_read,
    }


def print_difference(table: str, found: Difference) -> None:
    """For people: counts first, then a few examples."""
    click.echo(f"{table}: from snapshot {found.before} to {found.after}")
    for change in found.schema:
        click.echo(f"  column {change}")
    click.echo(f"  rows: {found.added} added, {found.removed} removed, {found.changed} changed")
    for column, count in sorted(found.changed_columns.items(), key=lambda entry: -entry[1]):
        click.echo(f"  {column}: differs in {count} rows")
    for changed in found.changed_rows:
        key = ", ".join(f"{name}={value}" for name, value in changed.key.items())
        values = "; ".join(f"{name}: {old} -> {new}" for name, (old, new) in changed.columns.items())
        click.echo(f"  changed, for example {key}: {values}")
    for title, rows in (("added, for example", found.added_rows), ("removed, for example", found.removed_rows)):
        if rows:
            print_rows(title, rows)
