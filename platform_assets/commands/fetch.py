"""``platform fetch``: bring a month of a dataset from where its publisher offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from platform_assets.quality.dataset import DatasetDeclaration


@click.command()
@click.argument("dataset")
@click.option(
    "--month", "months", metavar="YYYY-MM", multiple=True, required=True, help="Month to fetch, in UTC; repeatable."
)
def fetch(dataset: str, months: tuple[str, ...]) -> None:
    """Download months of DATASET from its declared source into the landing folder; the arrival sensor does the rest."""
    from platform_assets.settings import SettingsError, load_settings
    from platform_assets.sources import SourceError, fetch_month, source_downloader

    declaration = _declared(dataset)
    try:
        settings = load_settings()
        downloader = source_downloader(declaration, settings.downloads, lambda words: click.echo(words, err=True))
        for month in months:
            click.echo(fetch_month(declaration, month, settings.landing, downloader))
    except (SourceError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


def _declared(dataset: str) -> DatasetDeclaration:
    from platform_assets.pipeline.product import all_products

    declared = {name: found for product in all_products() for name, found in product.datasets.items()}
    if dataset not in declared:
        sourced = ", ".join(name for name, found in declared.items() if found.source is not None)
        raise click.BadParameter(f"there is no dataset '{dataset}'. Datasets with a source: {sourced}.")
    return declared[dataset]
