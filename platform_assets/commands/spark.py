"""``platform spark``: what a run on Spark made of its machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from platform_assets.commands.shown import print_json, print_rows, told

if TYPE_CHECKING:
    from platform_assets.compute.utilisation import Utilisation
    from platform_assets.compute.utilisation.advice import Advice


@click.group()
def spark() -> None:
    """What runs on Apache Spark made of their machines, and what to change."""


@spark.command()
@click.argument("path")
@click.option(
    "--usd-per-core-hour", type=click.FloatRange(min=0), help="Price of a core, to say savings in US dollars."
)
@click.option("--timeline", type=click.Path(dir_okay=False, writable=True), help="Write the timeline to this SVG file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@told
def advise(path: str, usd_per_core_hour: float | None, timeline: str | None, as_json: bool) -> None:
    """Read the event log at PATH (a file, a folder eventlog_v2_..., or s3://bucket/key) and say what to change.

    Logs of Spark 3.5 to 4.1, also of runs that go on or were killed.
    """
    from platform_assets.compute.utilisation.advice import advise as advice_on

    run = _read(path)
    advice = advice_on(run, usd_per_core_hour)
    if timeline is not None:
        _write_timeline(run, timeline)
    if as_json:
        print_json(_as_json(run, advice))
    else:
        _print(run, advice)


def _write_timeline(run: Utilisation, timeline: str) -> None:
    from platform_assets.pipeline.utilisation.plot import timeline_svg

    picture = timeline_svg(run)
    try:
        with open(timeline, "w", encoding="utf-8") as file:
            file.write(picture)
    except OSError as error:
        raise click.ClickException(
            f"The timeline cannot be written to '{timeline}': {error.strerror}. Name a file in a folder that exists "
            "and that you may write to."
        ) from error


def _read(path: str) -> Utilisation:
    from platform_assets.compute.utilisation import EventLogError, read_event_log
    from platform_assets.lake.errors import WarehouseNotKnown
    from platform_assets.lake.s3 import S3Access
    from platform_assets.lake.store import Store
    from platform_assets.settings import load_settings, prepare_process

    prepare_process()
    settings = load_settings()
    try:
        store = Store(path, S3Access(settings.s3_endpoint, settings.s3_region))
        return read_event_log(store.root, store)
    except WarehouseNotKnown as error:
        raise click.BadParameter(f"'{path}' is neither a path of this machine nor s3://bucket/key.") from error
    except EventLogError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"'{path}' cannot be read: {error}. See that the path is right.") from error


def _print(run: Utilisation, advice: list[Advice]) -> None:
    from platform_assets.pipeline.utilisation.markdown import COLUMNS, HEALTHY, longest, stage_cells, summary

    click.echo(f"{run.name} ({run.application_id}, Spark {run.spark_version}): {summary(run)}")
    rows: list[dict[str, Any]] = [dict(zip(COLUMNS, stage_cells(stage), strict=True)) for stage in longest(run)]
    print_rows(f"{len(rows)} of {len(run.stages)} stages", rows)
    for each in advice:
        click.echo(f"- {each.kind.replace('_', ' ')}: {each.message}")
    if not advice:
        click.echo(HEALTHY)


def _as_json(run: Utilisation, advice: list[Advice]) -> dict[str, Any]:
    from dataclasses import asdict

    said = [{**asdict(each), "message": each.message, "saves_usd": each.saves_usd} for each in advice]
    shares = {name: getattr(run, name) for name in ("seconds", "busy_share", "cpu_share", "gc_share", "memory_share")}
    return {**asdict(run), **shares, "advice": said}
