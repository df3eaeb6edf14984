"""``platform emr plan`` and ``platform emr prices``: which instances a cluster would have, why, and at what prices."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_assets.commands.shown import WIDE, print_json, told

if TYPE_CHECKING:
    from platform_assets.compute.emr.settings import EmrSettings
    from platform_assets.compute.prices.book import Architecture, PriceBook
    from platform_assets.compute.spot.fleet_plan import FleetPlan
    from platform_assets.compute.spot.losses import Losses
    from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy

_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--cores", type=click.IntRange(min=1), help="Cores for executors; by default as PLATFORM_EMR declares.")
@click.option("--memory-per-core", type=click.FloatRange(min=0, min_open=True), help="GiB for each; likewise.")
@click.option("--architecture", type=click.Choice(["x86_64", "arm64"]), help="Likewise, or x86_64.")
@click.option("--attempts-lost", type=click.IntRange(min=0), default=0, help="Attempts already lost to spot.")
@click.option("--prices", type=_file, help="A file of `platform emr prices`; by default the bundled list prices.")
@click.option("--placement", is_flag=True, help="Ask EC2 which zone has the capacity; needs credentials.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs, with the fleets as EMR takes them.")
@told
def plan(
    cores: int | None,
    memory_per_core: float | None,
    architecture: Architecture | None,
    attempts_lost: int,
    prices: Path | None,
    placement: bool,
    as_json: bool,
) -> None:
    """Show the fleets that a job would ask for, and why. Starts nothing."""
    from platform_assets.compute.prices.aws import price_clients
    from platform_assets.compute.spot.placed import plan_placed
    from platform_assets.compute.spot.plan import plan_fleets

    asked = {"cores": cores, "memory_gib_per_core": memory_per_core, "architecture": architecture}
    need, policy, settings = _declared({name: value for name, value in asked.items() if value is not None})
    need = need.model_copy(update={"attempts_lost": attempts_lost})
    book = _book(prices, settings)
    if placement:
        _refuse_without_zones(book)
        made = plan_placed(price_clients(book.region).ec2, need, book, _losses(), policy)
    else:
        made = plan_fleets(need, book, _losses(), policy)
    if as_json:
        print_json(made.to_dict())
    else:
        _print(made)


@click.command()
@click.option("--out", type=_file, required=True, help="File to write.")
@click.option("--region", help="By default AWS_REGION.")
@click.option("--days", type=click.FloatRange(1, 90), default=14, show_default=True, help="Days of spot prices.")
@click.option("--advisor", metavar="URL", help="Spot Advisor's file, if it is mirrored; by default Amazon's own.")
@told
def prices(out: Path, region: str | None, days: float, advisor: str | None) -> None:
    """Fetch current prices of a region from AWS into a file. Needs credentials; changes nothing there."""
    from platform_assets.compute.prices.advisor import ADVISOR, fetch_advisor
    from platform_assets.compute.prices.aws import price_clients
    from platform_assets.compute.prices.fetch import fetch_prices
    from platform_assets.settings import load_settings

    chosen = region or load_settings().s3_region
    if chosen is None:
        raise click.UsageError("no region is known. Give --region, or set AWS_REGION.")
    book = fetch_prices(chosen, price_clients(chosen), fetch_advisor(advisor or ADVISOR), datetime.now(UTC), days)
    out.write_text(book.to_json())
    click.echo(f"{len(book.offers)} types in {len(book.zones())} zones of {chosen}: {out}")


def _declared(asked: dict[str, Any]) -> tuple[ClusterNeed, SpotPolicy, EmrSettings | None]:
    """Need, policy and settings of this deployment's clusters, with what is asked for instead."""
    from platform_assets.compute.emr.errors import EmrSettingsWrong
    from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
    from platform_assets.settings import load_emr

    try:
        settings = load_emr()
    except EmrSettingsWrong as error:
        raise click.ClickException(str(error)) from error
    if settings is not None:
        return settings.need.model_copy(update=asked), settings.policy, settings
    if not {"cores", "memory_gib_per_core"} <= asked.keys():
        raise click.UsageError(
            "how large is the job? Give --cores and --memory-per-core, or let PLATFORM_EMR name the file of this "
            "deployment's clusters (docs/guides/aws.md)."
        )
    return ClusterNeed(**asked), SpotPolicy(), None


def _book(file: Path | None, settings: EmrSettings | None) -> PriceBook:
    from platform_assets.compute.emr.current_prices import list_prices
    from platform_assets.compute.prices.bundled import bundled_prices, read_prices

    if settings is not None and file is None:
        return list_prices(settings)
    book = bundled_prices() if file is None else read_prices(file)
    if settings is not None and book.region != settings.region:
        raise click.ClickException(
            f"{file} has the prices of {book.region}, and clusters run in {settings.region}. Fetch their prices with "
            f"'platform emr prices --region {settings.region} --out FILE'."
        )
    return book


def _refuse_without_zones(book: PriceBook) -> None:
    if not book.zones():
        raise click.ClickException(
            f"--placement chooses among zones, and the price book of {book.region} has no spot prices by zone. Fetch "
            f"one that has with 'platform emr prices --region {book.region} --out FILE' and give it with --prices FILE."
        )


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
