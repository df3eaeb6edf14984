"""``platform quality``: what the audits found, for people."""

from __future__ import annotations

import click


@click.group()
def quality() -> None:
    """Quality: what the audits of all partitions found."""


@quality.command()
@click.argument("product")
@click.option("--open", "opened", is_flag=True, help="Open the first page in the browser.")
def docs(product: str, opened: bool) -> None:
    """Build the Data Docs of PRODUCT (Great Expectations' site) from the results of all its partitions."""
    from platform_assets.notebook import open_workspace
    from platform_assets.pipeline.data_docs import NothingJudged, refresh_data_docs
    from platform_assets.pipeline.product import DeclarationError, load_product

    try:
        page = refresh_data_docs(open_workspace(), load_product(product))
    except (DeclarationError, NothingJudged) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"built {page}")
    if opened:
        click.launch(str(page))
