"""``platform reproduce``: a model version trained again from what was recorded, and compared bit for bit."""

from __future__ import annotations

import sys

import click

from platform_assets.commands.models import product_of, told_of_models
from platform_assets.commands.shown import print_json, print_rows, told


@click.command()
@click.argument("version", metavar="MODEL@VERSION")
@click.option("--json", "in_json", is_flag=True, help="Print JSON instead of a table.")
@told
@told_of_models
def reproduce(version: str, in_json: bool) -> None:
    """Train MODEL@VERSION again from its recorded snapshots, parameters and seed, and compare the two models.

    Refuses if the code or the libraries that decide a training are not those of the time, and says which. Nothing is
    registered or published. Exit code 0: the same model; 1: it differs, or cannot be rebuilt here.
    """
    from platform_assets.notebook import open_workspace
    from platform_assets.pipeline.reproduce import reproduce as rebuild

    model, number = _parsed(version)
    done = rebuild(open_workspace(), product_of(model), model, number)
    rows = [vars(comparison) for comparison in done.comparisons]
    if in_json:
        snapshots = {table: str(snapshot) for table, snapshot in done.snapshots.items()}
        facts = {"version": done.version, "code": done.code, "libraries": done.libraries, "snapshots": snapshots}
        print_json({**facts, "same": done.same, "comparisons": rows})
    else:
        click.echo(f"code: {done.code}\nlibraries: {done.libraries}")
        for table, snapshot in done.snapshots.items():
            click.echo(f"read: {table} as of snapshot {snapshot}")
        print_rows(f"{done.version}, trained again", rows)
        click.echo(f"{done.version} is {'the same model' if done.same else 'NOT the same model'}.")
    sys.exit(0 if done.same else 1)


def _parsed(text: str) -> tuple[str, int]:
    model, at, number = text.partition("@")
    if not at or not number.isdecimal():
        raise click.BadParameter(f"'{text}' is no model version. Write one as in flight_delay@7.")
    return model, int(number)
