"""The command line for what Dagster's own does not do."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from platform_assets.commands.contracts import contracts
from platform_assets.commands.data import data
from platform_assets.commands.explain import explain
from platform_assets.commands.fetch import fetch
from platform_assets.commands.model import model
from platform_assets.commands.quality import quality
from platform_assets.commands.quarantine import quarantine
from platform_assets.commands.reproduce import reproduce
from platform_assets.commands.retention import retention
from platform_assets.commands.vault import vault
from platform_assets.settings import ROOT, Settings, SettingsError, dagster_home, load_settings, prepare_process


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def platform() -> None:
    """The ML data platform: what the Dagster command line does not do."""


@platform.command()
@click.option("--until", metavar="YYYY-MM", help="Last month to deliver; by default the whole year.")
@click.option("--fresh", is_flag=True, help="Delete what earlier replays left in the data folder and instance first.")
def replay(until: str | None, fresh: bool) -> None:
    """Replay 2013: deliver real flights month by month; the platform's sensors do the rest."""
    from platform_assets.replay.deliveries import months
    from platform_assets.replay.reset import reset
    from platform_assets.replay.run import replay as run_replay
    from platform_assets.replay.ticks import CodeLocationBroken

    settings = _settings()
    if until is not None and until not in months():
        raise click.BadParameter(
            f"{until} is not delivered. Choose one of: {', '.join(months())}.", param_hint="--until"
        )
    if fresh:
        reset(settings, dagster_home())
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        done = run_replay(settings, dagster_home(), until, console)
    except CodeLocationBroken as error:
        raise click.ClickException(str(error)) from error
    for run in done.failed:
        console.print(f"[yellow]run {run.run_id[:8]} failed[/]: {_assets(run)}; see it in the UI under Runs.")
    _where_to_look(console, settings)


@platform.command()
@click.argument("month", metavar="YYYY-MM")
def deliver(month: str) -> None:
    """Drop the files of one month into the landing folder, as their source would."""
    from platform_assets.replay.deliveries import deliver as write
    from platform_assets.replay.deliveries import months

    if month not in months():
        raise click.BadParameter(f"{month} is not in the demo's data. Choose one of: {', '.join(months())}.")
    for path in write(_settings().landing, month):
        click.echo(f"delivered {path}")


platform.add_command(data)
platform.add_command(explain)
platform.add_command(reproduce)
platform.add_command(fetch)
platform.add_command(model)
platform.add_command(vault)
platform.add_command(quarantine)
platform.add_command(quality)
platform.add_command(contracts)
platform.add_command(retention)
platform.add_command(quality)


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _assets(run: object) -> str:
    return ", ".join(sorted(key.to_user_string() for key in getattr(run, "asset_selection", None) or ()))


def _where_to_look(console: Console, settings: Settings) -> None:
    reports = sorted(settings.reports.glob("*/*/drift-*.html"))
    console.print("\nWhere to look next:")
    console.print("  [bold]make ui[/]  every partition, check, plot and run in the Dagster UI, http://localhost:3000")
    if reports:
        console.print(f"  the newest drift report: {_shown(reports[-1])}")
    console.print(f"  the lake (Iceberg tables): {_shown(settings.warehouse)}")
    console.print("  what is declared: platform_assets/defs/flight_delay/defs.yaml")


def _shown(path: Path | str) -> str:
    return str(path).removeprefix(f"{ROOT}/")


def main() -> None:
    """Entry point of the ``platform`` command."""
    prepare_process()
    platform()


if __name__ == "__main__":
    main()
