"""Which table belongs to which asset, under which contract; the lake's own tables (``platform.*``) have none."""

from platform_assets.components import model_contracts
from platform_assets.pipeline.product import Product, all_products
from platform_assets.quality.contract import Contract


def contracts() -> dict[str, Contract]:
    """The contract of every asset's table, by the table's full name."""
    return {product.table(contract.name): contract for product in all_products() for contract in _contracts(product)}


def _contracts(product: Product) -> list[Contract]:
    found: list[Contract] = [*product.datasets.values(), *product.feature_sets.values()]
    for model in product.models.values():
        found += [
            model_contracts.trainings(product, model),
            model_contracts.champions(model),
            model_contracts.predictions(product, model),
            model_contracts.performance(product, model),
            model_contracts.drift_report(product, model),
        ]
    return found
