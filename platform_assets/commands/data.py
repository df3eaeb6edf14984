"""``platform data``: versions of a table - list, read, compare, name and restore them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_assets.commands.difference import as_values, print_difference
from platform_assets.commands.history import short_row
from platform_assets.commands.shown import print_json, print_rows, told
from platform_assets.commands.tables import keys_of, open_versions, require_columns

if TYPE_CHECKING:
    from platform_assets.lake.rollback import Rollback
    from platform_assets.lake.versions import Versions

VERSION = "a snapshot, a tag, or a time such as 2026-01-31T12:00 (UTC)"

in_json = click.option("--json", "in_json", is_flag=True, help="Print JSON instead of a table.")
of_partition = click.option("--partition", help="Only this partition, for example 2013-02.")
as_of_version = click.option("--as-of", help=f"Which version: {VERSION}; by default the current one.")


@click.group()
def data() -> None:
    """Read, compare, name and restore versions of a table.

    TABLE is an asset (flights) or a full name (flight_delay.flights).
    """


@data.command()
@click.argument("table")
@click.option("--limit", default=20, show_default=True, help="Most versions to show.")
@in_json
@told
def history(table: str, limit: int, in_json: bool) -> None:
    """List the versions of TABLE, newest first: what each publish changed, and which run made it."""
    _, versions = open_versions(table)
    found = versions.history(limit)
    if in_json:
        print_json([version.as_row() for version in found])
    else:
        print_rows(versions.name, [short_row(version) for version in found])


@data.command()
@click.argument("table")
@as_of_version
@of_partition
@click.option("--columns", help="Only these columns, separated by commas.")
@click.option("--limit", default=10, show_default=True, help="Most rows to print.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows to this Parquet file.")
@in_json
@told
def read(
    table: str,
    as_of: str | None,
    partition: str | None,
    columns: str | None,
    limit: int,
    output: Path | None,
    in_json: bool,
) -> None:
    """Print rows of TABLE as they are, or as they were."""
    lake, versions = open_versions(table)
    chosen = require_columns(versions, columns)
    rows = lake.read(versions.name, versions.scope(partition), columns=chosen, as_of=_snapshot(versions, as_of))
    if output is not None:
        import pyarrow.parquet as pq

        pq.write_table(rows, output)
        click.echo(f"{rows.num_rows} rows written to {output}")
        return
    first = rows.select(chosen or rows.column_names).slice(0, limit).to_pylist()
    print_json(first) if in_json else print_rows(f"{versions.name}: {len(first)} of {rows.num_rows} rows", first)


@data.command()
@click.argument("table")
@click.argument("before")
@click.argument("after", required=False)
@of_partition
@click.option("--key", "keys", multiple=True, help="Column that identifies a row; repeatable. Default: the contract's.")
@click.option("--samples", default=3, show_default=True, help="Most examples of each kind of change.")
@in_json
@told
def diff(
    table: str,
    before: str,
    after: str | None,
    partition: str | None,
    keys: tuple[str, ...],
    samples: int,
    in_json: bool,
) -> None:
    """Compare two versions of TABLE by key; AFTER is by default the current one.

    A version is a snapshot, a tag, or a time such as 2026-01-31T12:00 (UTC).
    """
    _, versions = open_versions(table)
    old, new = _snapshot(versions, before), _snapshot(versions, after)
    columns = keys or keys_of(versions.name)
    found = versions.diff(old, new, columns, versions.scope(partition), samples=samples)
    print_json(as_values(found)) if in_json else print_difference(versions.name, found)


@data.command()
@click.argument("table")
@click.argument("tag")
@as_of_version
@told
def tag(table: str, tag: str, as_of: str | None) -> None:
    """Name a version of TABLE, so that it is kept and can be read by that name; the same TAG again moves it."""
    _, versions = open_versions(table)
    named = versions.tag(tag, _snapshot(versions, as_of))
    click.echo(f"{versions.name}: '{tag}' names snapshot {named}; it is kept until the tag is removed.")


@data.command()
@click.argument("table")
@click.argument("tag")
@told
def untag(table: str, tag: str) -> None:
    """Remove a TAG of TABLE; the version is then kept as long as any other."""
    _, versions = open_versions(table)
    versions.untag(tag)
    click.echo(f"{versions.name}: tag '{tag}' removed.")


@data.command()
@click.argument("table")
@click.option("--to", required=True, help=f"The version to go back to: {VERSION}.")
@of_partition
@click.option("--reason", required=True, help="Why; recorded with the new snapshot.")
@click.option("--who", default=getpass.getuser, show_default="your user", help="Who decided it; recorded.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@in_json
@told
def rollback(table: str, to: str, partition: str | None, reason: str, who: str, yes: bool, in_json: bool) -> None:
    """Make TABLE what it was, by a new snapshot; nothing is lost, and what reads it becomes stale in Dagster."""
    from platform_assets.pipeline.rollback import roll_back

    lake, versions = open_versions(table)
    snapshot = _snapshot(versions, to)
    what = f"{versions.name} {partition}" if partition else f"all of {versions.name}"
    if not yes:
        click.confirm(f"Roll back {what} to snapshot {snapshot}?", abort=True, err=True)
    done = roll_back(lake, versions.name, snapshot, partition, who=who, reason=reason)
    known = _tell_dagster(done, who, reason)
    rows = [{"partition": one.partition, "rows": one.rows} for one in done.restored]
    if in_json:
        print_json({"table": done.table, "snapshot": str(done.snapshot_id), "to": str(done.to), "restored": rows})
        return
    print_rows(f"{done.table}: as in snapshot {done.to} again, by the new snapshot {done.snapshot_id}", rows)
    click.echo("What reads this table is stale in Dagster now." if known else "No asset has this table.")


def _snapshot(versions: Versions, version: str | None) -> int:
    from platform_assets.lake.versions import as_version

    return versions.current if version is None else versions.snapshot(as_version(version))


def _tell_dagster(done: Rollback, who: str, reason: str) -> bool:
    """Report a rollback to the instance; returns whether the table is an asset's."""
    import dagster as dg

    from platform_assets.components.tables import contracts
    from platform_assets.components.versions import report_rollback
    from platform_assets.settings import dagster_home

    contract = contracts().get(done.table)
    if contract is None:
        return False
    with dg.DagsterInstance.from_config(str(dagster_home())) as instance:
        report_rollback(instance, contract, done, who=who, reason=reason)
    return True
