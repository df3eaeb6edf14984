"""The course of a model's performance as a picture: what was expected of each partition beside what came true."""

from __future__ import annotations

from platform_assets.learning import partitions
from platform_assets.pipeline.model_tables import MONTH
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace


def performance_plot(workspace: Workspace, product: Product, name: str) -> str:
    """Markdown with the picture of every measured partition; words if none has a figure yet."""
    from platform_assets.learning.performance import performance_plot_svg
    from platform_assets.quality.rate_of_change.plot import as_markdown

    rows = workspace.lake.read(product.table(f"{name}_performance")).to_pylist()
    ordered = sorted(
        ({**row, "partition": partitions.partition_of(row[MONTH])} for row in rows), key=lambda row: row["partition"]
    )
    svg = performance_plot_svg(f"AUC of {name}, estimated and came true", ordered)
    return as_markdown(svg, "AUC by partition, estimated and came true") if svg else "No partition has an AUC yet."
