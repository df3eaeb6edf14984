"""Every contract of a product against what its tables were published under: before a run starts, and on demand."""

from __future__ import annotations

from dataclasses import dataclass

from platform_assets.lake import Lake
from platform_assets.lake.errors import TableNotFound
from platform_assets.pipeline import model_tables, performance_tables
from platform_assets.pipeline.product import Product
from platform_assets.quality.change import Change
from platform_assets.quality.contract import Contract
from platform_assets.quality.errors import ContractRefused
from platform_assets.quality.evolution import compare
from platform_assets.quality.recorded_contract import RecordedVersion, read_contract, read_history


@dataclass(frozen=True)
class ContractState:
    """A declared contract beside the one that its table was last published under.

    Attributes:
        table: full name of the table.
        recorded: None while nothing was published.
        changes: what the next publish would change, accepted or refused.
    """

    table: str
    declared: Contract
    recorded: Contract | None
    changes: tuple[Change, ...]

    @property
    def refused(self) -> list[Change]:
        """The changes for which nothing can be published."""
        return [change for change in self.changes if not change.accepted]


def product_contracts(product: Product) -> list[Contract]:
    """The contracts of all tables of a product: datasets, feature sets, and those of its models."""
    contracts: list[Contract] = [*product.datasets.values(), *product.feature_sets.values()]
    for model in product.models.values():
        contracts += [
            model_tables.trainings_contract(model),
            model_tables.champions_contract(model),
            model_tables.predictions_contract(model, product.feature_sets[model.feature_set]),
            performance_tables.performance_contract(model),
            *([performance_tables.segments_contract(model)] if model.monitoring.segments else []),
            performance_tables.estimate_contract(model),
            model_tables.drift_contract(model),
        ]
    return contracts


def contract_states(lake: Lake, product: Product) -> list[ContractState]:
    """What every contract of a product would change, by table."""
    return [contract_state(lake, product.table(contract.name), contract) for contract in product_contracts(product)]


def contract_state(lake: Lake, table: str, declared: Contract) -> ContractState:
    """What the declared contract would change on ``table``."""
    recorded = recorded_contract(lake, table)
    return ContractState(table, declared, recorded, tuple(compare(recorded, declared)) if recorded else ())


def recorded_contract(lake: Lake, table: str) -> Contract | None:
    """The contract that ``table`` was last published under; None if there is none."""
    try:
        return read_contract(lake.terms(table))
    except TableNotFound:
        return None


def contract_history(lake: Lake, table: str) -> list[RecordedVersion]:
    """The contract versions under which ``table`` was published, oldest first; raises TableNotFound."""
    return read_history(lake.terms(table))


def require_publishable(lake: Lake, table: str, declared: Contract) -> None:
    """Raise ContractRefused if nothing can be published under the declared contract, before any work is done.

    The publish itself decides again, on exactly the snapshot it replaces.
    """
    refused = contract_state(lake, table, declared).refused
    if refused:
        raise ContractRefused(declared.name, [str(change) for change in refused])
