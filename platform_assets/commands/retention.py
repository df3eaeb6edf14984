"""``platform retention``: what tables let go of, what that saves, and the rules for S3."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from platform_assets.commands.shown import WIDE, print_json, told
from platform_assets.commands.tables import full_name

if TYPE_CHECKING:
    from platform_assets.lake.footprint import PriceList
    from platform_assets.lake.policy import RetentionPolicy

_tables = click.option(
    "--table", "tables", metavar="NAME", multiple=True, help="Only this table (flights); repeatable."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group()
def retention() -> None:
    """Old rows, replaced versions and left-over files go, as declared under `retention` in a product's defs.yaml."""


@retention.command()
@_tables
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Count ages from this day; by default from now.")
@click.option("--prices", type=click.Choice(["local", "s3"]), help="Prices to count with; by default the warehouse's.")
@_json
@told
def plan(tables: Sequence[str], today: datetime | None, prices: PriceList | None, as_json: bool) -> None:
    """Say what `apply` would do, with bytes and monthly cost before and after. Changes nothing."""
    from platform_assets.notebook import open_lake
    from platform_assets.pipeline.retention import plan_tables
    from platform_assets.pipeline.retention_summary import plan_figures, price_list

    moment = today.replace(tzinfo=UTC) if today else datetime.now(UTC)
    lake = open_lake()
    known = prices or price_list(lake)
    plans = plan_tables(lake, _policies(), moment, [full_name(table) for table in tables])
    figures = [plan_figures(each, known) for each in plans]
    _show(figures, ["before", "after"], as_json)


@retention.command()
@_tables
@_json
@told
def apply(tables: Sequence[str], as_json: bool) -> None:
    """Do it now; the job `retention` does it every night."""
    from platform_assets.notebook import open_lake
    from platform_assets.pipeline.retention import run_retention
    from platform_assets.pipeline.retention_summary import price_list, result_figures

    lake = open_lake()
    chosen = [full_name(table) for table in tables]
    done = run_retention(lake, _policies(), datetime.now(UTC), "interactive", chosen)
    figures = [result_figures(each, price_list(lake)) for each in done.results]
    _show(figures, ["before", "now", "after"], as_json)
    if done.abandoned_files and not as_json:
        click.echo(f"Deleted {done.abandoned_files} files that were staged for tables that do not exist.")


@retention.command()
@click.option("--warehouse", metavar="s3://BUCKET/PREFIX", help="By default the warehouse of this deployment.")
@told
def lifecycle(warehouse: str | None) -> None:
    """Print the S3 LifecycleConfiguration that belongs to the declarations, as JSON."""
    from platform_assets.lake.lifecycle import lifecycle_configuration
    from platform_assets.notebook import open_lake

    print_json(lifecycle_configuration(warehouse or open_lake().store.root, _policies()))


def _policies() -> dict[str, RetentionPolicy]:
    from platform_assets.pipeline.product import all_products
    from platform_assets.pipeline.retention import declared_policies

    return declared_policies(all_products())


def _show(figures: list[dict[str, Any]], sides: Sequence[str], as_json: bool) -> None:
    from platform_assets.pipeline.retention_summary import total

    totals = {side: total(figures, side) for side in sides}
    if as_json:
        print_json({"tables": figures, "total": totals})
    else:
        _print(figures, sides, totals)


def _print(figures: list[dict[str, Any]], sides: Sequence[str], totals: dict[str, dict[str, float]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from platform_assets.lake.sizes import size
    from platform_assets.pipeline.retention_summary import in_words

    shown = Table("table", "goes", *sides, "kept for tags", box=None)
    for each in figures:
        kept = size(each["after"]["held_by_tags_bytes"])
        shown.add_row(each["table"], in_words(each), *(size(each[side]["bytes"]) for side in sides), kept)
    shown.add_row("all", "", *(size(totals[side]["bytes"]) for side in sides), "")
    dollars = [f"${totals[side]['monthly_dollars']:.4f}" for side in sides]
    shown.add_row("a month", "", *dollars, "")
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    console.print(shown)
    console.print("after: once the versions that are replaced have run out as well (retention.history_days).")
