"""``platform emr``: clusters on Amazon EMR."""

from __future__ import annotations

import click

from platform_assets.commands.emr_plan import plan, prices


@click.group()
def emr() -> None:
    """Clusters on Amazon EMR: what they would be and cost."""


emr.add_command(plan)
emr.add_command(prices)
