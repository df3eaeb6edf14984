"""The command line for what Dagster's own does not do."""

from __future__ import annotations

import click

from platform_assets.commands.alerts import alerts
from platform_assets.commands.contracts import contracts
from platform_assets.commands.cost import cost
from platform_assets.commands.data import data
from platform_assets.commands.emr import emr
from platform_assets.commands.explain import explain
from platform_assets.commands.fetch import fetch
from platform_assets.commands.model import model
from platform_assets.commands.quality import quality
from platform_assets.commands.quarantine import quarantine
from platform_assets.commands.replay import replay
from platform_assets.commands.reproduce import reproduce
from platform_assets.commands.retention import retention
from platform_assets.commands.spark import spark
from platform_assets.commands.vault import vault
from platform_assets.settings import Settings, SettingsError, load_settings, prepare_process


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def platform() -> None:
    """The ML data platform: what the Dagster command line does not do."""


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


platform.add_command(replay)
platform.add_command(alerts)
platform.add_command(data)
platform.add_command(explain)
platform.add_command(reproduce)
platform.add_command(fetch)
platform.add_command(model)
platform.add_command(spark)
platform.add_command(vault)
platform.add_command(quarantine)
platform.add_command(quality)
platform.add_command(contracts)
platform.add_command(retention)
platform.add_command(emr)
platform.add_command(cost)


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def main() -> None:
    """Entry point of the ``platform`` command."""
    prepare_process()
    platform()


if __name__ == "__main__":
    main()
