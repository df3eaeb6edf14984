"""Whether a champion turned out worse than the version before it, read from the model's own tables."""

from __future__ import annotations

from platform_assets.learning import partitions
from platform_assets.learning.policy import RollbackDecision, comparison_of, decide_rollback
from platform_assets.pipeline.model_rows import newest_promotion, partition_of, rows_of
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace


def decide_champion_rollback(workspace: Workspace, product: Product, name: str, as_of: str) -> RollbackDecision | None:
    """Whether the champion should give way, going by the newest partition whose labels are known as of ``as_of``.

    None if the model declares no rollback, has no champion, or that partition was not measured.
    """
    model = product.models[name]
    champion = newest_promotion(workspace, product, name, as_of)
    labelled = partitions.offset(as_of, -model.label.delay_partitions)
    measured = [row for row in rows_of(workspace, product, name, "performance", as_of) if partition_of(row) == labelled]
    if model.rollback is None or champion is None or not measured:
        return None
    return decide_rollback(model.rollback, comparison_of(labelled, measured[0]), champion["model_version"])
