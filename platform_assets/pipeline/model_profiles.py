"""Profiles of the rows that a model is for: stored ones if it is for all, else made of its own rows."""

from __future__ import annotations

from collections.abc import Sequence

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.profile import TableProfile, merge_profiles
from platform_assets.quality.profile_table import StoredProfiles


class ModelProfiles:
    """The profiles of one table as they are now, of the model's rows alone; each is read or made once."""

    def __init__(self, workspace: Workspace, product: Product, model: ModelDeclaration, contract: Contract) -> None:
        self._workspace, self._product = workspace, product
        self._model, self._contract = model, contract
        self._stored = StoredProfiles(workspace.lake, product.table(contract.name))
        self._made: dict[str, TableProfile] = {}

    def merged(self, partitions: Sequence[str], columns: Sequence[str] | None = None) -> TableProfile | None:
        """The profile of the model's rows in these partitions; None if none of them was profiled.

        Args:
            columns: columns that are needed; by default all. There may be more.
        """
        if not applies(self._model, self._contract):
            return self._stored.merged(list(partitions), columns)
        found = [self._of_rows(name) for name in self._stored.partitions if name in partitions]
        return merge_profiles(found) if found else None

    def single(self) -> dict[str, TableProfile]:
        """The same of every profiled partition, by partition."""
        if not applies(self._model, self._contract):
            return self._stored.single()
        return {name: self._of_rows(name) for name in self._stored.partitions}

    def _of_rows(self, partition: str) -> TableProfile:
        if partition not in self._made:
            self._made[partition] = self._profiled(partition)
        return self._made[partition]

    def _profiled(self, partition: str) -> TableProfile:
        from platform_assets.learning.segment import rows_where
        from platform_assets.quality.profile import profile_batches

        model, contract = self._model, self._contract
        window = contract_window(contract, partition)
        if window is None:
            raise ValueError(f"'{contract.name}' has no partitions, but a drift report compares them.")
        rows = self._workspace.lake.read(self._product.table(contract.name), window)
        return profile_batches(rows_where(rows, model.where, f"model '{model.name}', {contract.name}").to_batches())


def applies(model: ModelDeclaration, contract: Contract) -> bool:
    """Whether the table's rows can be told apart by what the model is for; a label's dataset may lack the columns."""
    return bool(model.where) and set(model.where) <= {column.name for column in contract.columns}
