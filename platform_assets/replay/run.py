"""The main job: deliver month after month, let the sensors work, and show what happened."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dagster import DagsterRun, DagsterRunStatus
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import load_product
from platform_assets.replay.deliveries import deliver, months
from platform_assets.replay.summary import MonthLine, month_lines, summary_table
from platform_assets.replay.ticks import Ticker, open_ticker
from platform_assets.settings import Settings

DEMO_PRODUCT, DEMO_MODEL = "flight_delay", "flight_delay"


@dataclass(frozen=True)
class Replay:
    """What a replay did: a line a month and the runs that failed."""

    lines: list[MonthLine]
    failed: list[DagsterRun]


def replay(settings: Settings, dagster_home: Path, until: str | None, console: Console) -> Replay:
    """Deliver every month up to ``until`` (all of them by default) and process it with the platform's own sensors.

    Months that were delivered before are delivered again, which changes nothing.
    """
    wanted = [month for month in months() if until is None or month <= until]
    seconds: dict[str, float] = {}
    failed: list[DagsterRun] = []
    with _logging_to(settings.data / "replay.log"), open_ticker(dagster_home) as ticker, _progress(console) as progress:
        bar = progress.add_task("starting", total=len(wanted), month="")
        for month in wanted:
            started = time.perf_counter()
            progress.update(bar, month=month, description="delivering")
            deliver(settings.landing, month)
            runs = ticker.until_quiet(lambda new: progress.update(bar, description=_assets(new)))
            failed += _failures(ticker, runs)
            seconds[month] = time.perf_counter() - started
            progress.update(bar, advance=1, description="done")
        workspace = WorkspaceResource.from_settings(settings).open("replay")
        product = load_product(DEMO_PRODUCT)
        lines = month_lines(workspace, ticker.instance, product, DEMO_MODEL, seconds)
    console.print(summary_table(lines))
    return Replay(lines, failed)


@contextlib.contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Send what libraries log to a file: every event is in the Dagster instance, the terminal shows the progress."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in ("dagster", "alembic", "mlflow", "pyiceberg", "great_expectations"):
        logging.getLogger(name).setLevel(logging.WARNING)
    with path.open("a", encoding="utf-8") as log, contextlib.redirect_stderr(log), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[month]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
    )


def _assets(runs: list[DagsterRun]) -> str:
    names = sorted({key.to_user_string() for run in runs for key in run.asset_selection or ()})
    return ", ".join(names)


def _failures(ticker: Ticker, runs: list[DagsterRun]) -> list[DagsterRun]:
    finished = (ticker.instance.get_run_by_id(run.run_id) for run in runs)
    return [run for run in finished if run is not None and run.status == DagsterRunStatus.FAILURE]
