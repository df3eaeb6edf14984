"""A model's card beside the events of its training and of its promotion."""

from __future__ import annotations

import dagster as dg

from platform_assets.pipeline import Product, Workspace


def metadata(workspace: Workspace, product: Product, model: str, version: int) -> dict[str, dg.MetadataValue]:
    """The card as it is now: as Markdown for the page, and where its HTML lies."""
    from platform_assets.pipeline.model_card import write_model_card

    card = write_model_card(workspace, product, model, version)
    return {"card": dg.MetadataValue.md(card.markdown), "html card": dg.MetadataValue.path(str(card.html))}
