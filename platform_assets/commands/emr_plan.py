"""``platform emr plan`` and ``platform emr prices``: which instances a cluster would have, why, and at what prices."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_assets.commands.shown import WIDE, print_json, told

if TYPE_CHECKING:
    from platform_assets.compute.prices.book import Architecture, PriceBook
    from platform_assets.compute.spot.fleet_plan import FleetPlan
    from platform_assets.compute.spot.losses import Losses

_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--cores", type=click.IntRange(min=1), required=True, help="Cores for executors.")
@click.option("--memory-per-core", type=click.FloatRange(min=0, min_open=True), required=True, help="GiB for each.")
@click.option("--architecture", type=click.Choice(["x86_64", "arm64"]), default="x86_64", show_default=True)
@click.option("--attempts-lost", type=click.IntRange(min=0), default=0, help="Attempts already lost to spot.")
@click.option("--prices", type=_file, help="A file of `platform emr prices`; by default the bundled list prices.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs, with the fleets as EMR takes them.")
@told
def plan(
    cores: int,
    memory_per_core: float,
    architecture: Architecture,
    attempts_lost: int,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Show the fleets that a job of this size would ask for, and why. Starts nothing."""
    from platform_assets.compute.spot.need import ClusterNeed
    from platform_assets.compute.spot.plan import plan_fleets

    need = ClusterNeed(
        cores=cores,
        memory_gib_per_core=memory_per_core,
        architecture=architecture,
        attempts_lost=attempts_lost,
    )
    made = plan_fleets(need, _book(prices), _losses())
    if as_json:
        print_json(made.to_dict())
    else:
        _print(made)


@click.command()
@click.option("--out", type=_file, required=True, help="File to write.")
@click.option("--region", help="By default AWS_REGION.")
@click.option("--days", type=click.FloatRange(1, 90), default=14, show_default=True, help="Days of spot prices.")
@told
def prices(out: Path, region: str | None, days: float) -> None:
    """Fetch current prices of a region from AWS into a file. Needs credentials; changes nothing there."""
    from platform_assets.compute.prices.advisor import fetch_advisor
    from platform_assets.compute.prices.aws import price_clients
    from platform_assets.compute.prices.fetch import fetch_prices
    from platform_assets.settings import load_settings

    chosen = region or load_settings().s3_region
    if chosen is None:
        raise click.UsageError("no region is known. Give --region, or set AWS_REGION.")
    book = fetch_prices(chosen, price_clients(chosen), fetch_advisor(), datetime.now(UTC), days)
    out.write_text(book.to_json())
    click.echo(f"{len(book.offers)} types in {len(book.zones())} zones of {chosen}: {out}")


def _book(file: Path | None) -> PriceBook:
    from platform_assets.compute.prices.bundled import bundled_prices, read_prices

    return bundled_prices() if file is None else read_prices(file)


def _losses() -> Losses:
    from platform_assets.notebook import open_lake
    from platform_assets.pipeline.spot_losses import read_losses

    return read_losses(open_lake())


def _print(plan: FleetPlan) -> None:
    from rich.console import Console
    from rich.table import Table

    from platform_assets.compute.spot.rendering import COLUMNS, plan_rows

    table = Table(*COLUMNS, box=None)
    for row in plan_rows(plan):
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    console.print(table)
    console.print()
    for reason in plan.reasons:
        console.print(f"- {reason}", markup=False)
