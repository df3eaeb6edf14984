"""Who owns which asset of a product, those that every model has included, and what belongs to no product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_assets.pipeline.model_tables import champions_contract, drift_contract, trainings_contract
from platform_assets.pipeline.performance_tables import estimate_contract, performance_contract, segments_contract

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product

PLATFORM_OWNER = "team:platform"
OF_A_MODEL = (
    trainings_contract,
    champions_contract,
    performance_contract,
    segments_contract,
    estimate_contract,
    drift_contract,
)


def asset_owners(product: Product) -> dict[str, str]:
    """The owner of each asset that has a table, by the asset's name."""
    owners = {
        contract.name: contract.owner for contract in (*product.datasets.values(), *product.feature_sets.values())
    }
    for model in product.models.values():
        owners[f"{model.name}_predictions"] = model.owner
        owners |= {contract(model).name: model.owner for contract in OF_A_MODEL}
    return owners
