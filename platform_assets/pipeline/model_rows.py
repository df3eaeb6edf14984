"""Rows of a model's own small tables, as they were once a partition had been delivered."""

from __future__ import annotations

from typing import Any

from platform_assets.learning import partitions
from platform_assets.pipeline.model_tables import MONTH
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace


def rows_of(
    workspace: Workspace, product: Product, name: str, kind: str, as_of: str | None = None
) -> list[dict[str, Any]]:
    """Rows of table ``<name>_<kind>``, up to partition ``as_of``; none if nothing was published yet."""
    table = product.table(f"{name}_{kind}")
    rows: list[dict[str, Any]] = workspace.lake.read(table).to_pylist() if workspace.lake.exists(table) else []
    return [row for row in rows if as_of is None or partition_of(row) <= as_of]


def partition_of(row: dict[str, Any]) -> str:
    """The partition that a row is about."""
    return partitions.partition_of(row[MONTH])


def newest_promotion(workspace: Workspace, product: Product, name: str, as_of: str) -> dict[str, Any] | None:
    """The promotion that was made last, of versions trained as of ``as_of`` or before."""
    promotions = rows_of(workspace, product, name, "champion", as_of)
    return max(promotions, key=lambda row: row["promoted_at"], default=None)
