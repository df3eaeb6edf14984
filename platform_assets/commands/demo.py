"""The demo: real flights delivered month by month, and where to look afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_assets.settings import ROOT, Settings, dagster_home

if TYPE_CHECKING:
    from rich.console import Console

    from platform_assets.replay.run import Replay


def replay_the_demo(settings: Settings, until: str | None, fresh: bool, console: Console) -> None:
    """Deliver, process, and say where to look; `fresh` deletes what earlier replays left before."""
    from platform_assets.replay.reset import reset

    refuse_other_months(until)
    if fresh:
        reset(settings, dagster_home())
    deliver_and_process(settings, until, console)
    _where_to_look(console, settings)


def deliver_and_process(settings: Settings, until: str | None, console: Console) -> Replay:
    """Deliver all months up to one and let the sensors work; prints a line a month and runs that failed."""
    from platform_assets.replay.run import replay
    from platform_assets.replay.ticks import CodeLocationBroken

    try:
        done = replay(settings, dagster_home(), until, console)
    except CodeLocationBroken as error:
        raise click.ClickException(str(error)) from error
    for run in done.failed:
        console.print(f"[yellow]run {run.run_id[:8]} failed[/]: {_assets(run)}; see it in the UI under Runs.")
    return done


def refuse_other_months(until: str | None) -> None:
    """Raise click.BadParameter for a month that the demo's data does not have."""
    from platform_assets.replay.deliveries import months

    if until is not None and until not in months():
        raise click.BadParameter(
            f"{until} is not delivered. Choose one of: {', '.join(months())}.", param_hint="--until"
        )


def shown_path(path: Path | str) -> str:
    """A path as short as it can be said in the checkout."""
    return str(path).removeprefix(f"{ROOT}/")


def _assets(run: object) -> str:
    return ", ".join(sorted(key.to_user_string() for key in getattr(run, "asset_selection", None) or ()))


def _where_to_look(console: Console, settings: Settings) -> None:
    reports = sorted(settings.reports.glob("*/*/drift-*.html"))
    console.print("\nWhere to look next:")
    console.print("  [bold]make ui[/]  every partition, check, plot and run in the Dagster UI, http://localhost:3000")
    if reports:
        console.print(f"  the newest drift report: {shown_path(reports[-1])}")
    console.print(f"  the lake (Iceberg tables): {shown_path(settings.warehouse)}")
    console.print("  which retraining policy is worth it: platform replay flight_delay")
    console.print("  what is declared: platform_assets/defs/flight_delay/defs.yaml")
