"""Build the Data Docs of a product from the stored results of its expectations; no data is read."""

from __future__ import annotations

from pathlib import Path

from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.data_docs import build_data_docs, data_docs_page
from platform_assets.quality.expectations.stored import read_results


class NothingJudged(ValueError):
    """No expectation of a product was ever answered."""

    def __init__(self, product: str) -> None:
        super().__init__(
            f"no expectation of {product} was answered yet. Declare some under 'expectations' of a table in its "
            "defs.yaml and materialise a partition."
        )


def refresh_data_docs(workspace: Workspace, product: Product) -> Path:
    """Build the site anew beside the reports and return its first page.

    Raises:
        NothingJudged: there are no results to show.
    """
    contracts = [*product.datasets.values(), *product.feature_sets.values()]
    results = [
        stored for contract in contracts for stored in read_results(workspace.lake, product.table(contract.name))
    ]
    if not results:
        raise NothingJudged(product.name)
    page = data_docs_page(workspace.reports, product.name)
    build_data_docs(page, results, [each for contract in contracts for each in contract.expectations])
    return page
