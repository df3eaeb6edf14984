"""Profiles of the rows that a model is for: stored ones if it is for all, else made of its own rows."""

from __future__ import annotations

from collections.abc import Iterable

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.profile import TableProfile, merge_profiles
from platform_assets.quality.profile_table import read_profile, read_profiles


def model_profile(
    workspace: Workspace, product: Product, model: ModelDeclaration, contract: Contract, partitions: Iterable[str]
) -> TableProfile | None:
    """The profile of the model's rows in these partitions of a table; None if none of them was profiled."""
    if not applies(model, contract):
        return read_profile(workspace.lake, product.table(contract.name), partitions)
    found = list(model_profiles(workspace, product, model, contract, list(partitions)).values())
    return merge_profiles(found) if found else None


def model_profiles(
    workspace: Workspace,
    product: Product,
    model: ModelDeclaration,
    contract: Contract,
    partitions: list[str] | None = None,
) -> dict[str, TableProfile]:
    """The same by partition, of all profiled ones by default."""
    stored = read_profiles(workspace.lake, product.table(contract.name), partitions)
    if not applies(model, contract):
        return stored
    return {partition: _of_rows(workspace, product, model, contract, partition) for partition in stored}


def applies(model: ModelDeclaration, contract: Contract) -> bool:
    """Whether the table's rows can be told apart by what the model is for; a label's dataset may lack the columns."""
    return bool(model.where) and set(model.where) <= {column.name for column in contract.columns}


def _of_rows(
    workspace: Workspace, product: Product, model: ModelDeclaration, contract: Contract, partition: str
) -> TableProfile:
    from platform_assets.learning.segment import rows_where
    from platform_assets.quality.profile import profile_batches

    window = contract_window(contract, partition)
    if window is None:
        raise ValueError(f"'{contract.name}' has no partitions, but a drift report compares them.")
    rows = workspace.lake.read(product.table(contract.name), window)
    return profile_batches(rows_where(rows, model.where, f"model '{model.name}', {contract.name}").to_batches())
