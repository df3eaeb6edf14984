"""The job that rebuilds a range of partitions from their delivered files."""

from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.pipeline.product import Product

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


def data_job(product: Product) -> "UnresolvedAssetJobDefinition":
    """Partitioned datasets and feature sets of a product, a run per month; for backfills from the UI or the CLI.

    Runs of a job know nothing of each other, and features read the history of the month before. The order comes from
    the limit on ``dagster/backfill`` in ``dagster.yaml``: one month at a time, oldest first.
    """
    tables = {**product.datasets, **product.feature_sets}
    names = [name for name, declaration in tables.items() if declaration.partitions is not None]
    return dg.define_asset_job(
        f"{product.name}_data",
        selection=dg.AssetSelection.assets(*names),
        description=f"Reads delivered files again and recomputes features: {', '.join(names)}.",
    )
