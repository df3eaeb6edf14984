"""``platform quarantine``: look at what was refused, publish it all the same, or give it up."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from platform_assets.pipeline import Workspace


@click.group()
def quarantine() -> None:
    """What was refused: list it, look at it, release it or discard it."""


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; recorded with the decision.")
who_option = click.option("--who", metavar="NAME", help="Who decides; by default the user of the operating system.")


@quarantine.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was released or discarded.")
@click.option("--table", metavar="NAME", help="Only refusals of this table, as in flight_delay.flights.")
@as_json
def list_(everything: bool, table: str | None, as_json: bool) -> None:
    """Refusals that wait for a decision, oldest first."""
    from platform_assets.commands.quarantine_tables import listing, show_table
    from platform_assets.pipeline.quarantine import entries
    from platform_assets.pipeline.quarantine_entry import OPEN

    with _workspace() as workspace:
        found = [entry for entry in entries(workspace.lake) if table in (None, entry.table)]
    shown = [entry for entry in found if everything or entry.status in OPEN]
    if as_json:
        click.echo(json.dumps([entry.model_dump(mode="json") for entry in shown], indent=2))
    elif shown:
        show_table(listing(shown))
    else:
        click.echo("Nothing waits in quarantine." if not everything else "Nothing was ever refused.")


@quarantine.command()
@click.argument("quarantine_id", metavar="ID")
@as_json
def show(quarantine_id: str, as_json: bool) -> None:
    """Everything that is known of one refusal; the first characters of its ID will do."""
    from platform_assets.commands.quarantine_tables import pages, show_table
    from platform_assets.pipeline.quarantine import find_entry

    with _workspace() as workspace:
        entry = find_entry(workspace.lake, quarantine_id)
    if as_json:
        click.echo(entry.model_dump_json(indent=2))
        return
    for table in pages(entry):
        show_table(table)


@quarantine.command()
@click.argument("quarantine_id", metavar="ID")
@reason_option
@who_option
@click.option("--over-newer", is_flag=True, help="Even if the partition was published after it was refused.")
@as_json
def release(quarantine_id: str, reason: str, who: str | None, over_newer: bool, as_json: bool) -> None:
    """Publish exactly the staged rows of a refused partition."""
    import dagster as dg

    from platform_assets.automation.released import tells
    from platform_assets.pipeline.product import all_products
    from platform_assets.pipeline.quarantine import Decision, os_user
    from platform_assets.pipeline.release import release as run_release
    from platform_assets.settings import dagster_home

    with _workspace() as workspace, dg.DagsterInstance.from_config(str(dagster_home())) as instance:
        decision = Decision(who or os_user(), reason)
        done = run_release(workspace, all_products(), quarantine_id, decision, tells(instance), over_newer=over_newer)
    published = done.publication
    if as_json:
        click.echo(json.dumps({"partition": done.partition, **vars(published)}))
        return
    click.echo(
        f"Released {published.rows:,} rows of {published.table}{f' {done.partition}' if done.partition else ''} as "
        f"snapshot {published.snapshot_id}; Dagster knows, and what depends on it follows."
    )


@quarantine.command()
@click.argument("quarantine_id", metavar="ID")
@reason_option
@who_option
@as_json
def discard(quarantine_id: str, reason: str, who: str | None, as_json: bool) -> None:
    """Delete what was kept of a refusal; who and why stay on record."""
    from platform_assets.pipeline.quarantine import Decision, os_user
    from platform_assets.pipeline.release import discard as run_discard

    with _workspace() as workspace:
        entry = run_discard(workspace, quarantine_id, Decision(who or os_user(), reason))
    click.echo(entry.model_dump_json(indent=2) if as_json else f"Discarded {entry.quarantine_id}, {entry.what}.")


@contextlib.contextmanager
def _workspace() -> Iterator[Workspace]:
    """The workspace of this deployment; errors that a user can cause become one line."""
    from platform_assets.lake.errors import LakeError
    from platform_assets.notebook import open_workspace
    from platform_assets.settings import SettingsError

    try:
        yield open_workspace().for_run("command line")
    except (LakeError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
