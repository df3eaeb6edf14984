"""What every part of an explanation needs at hand."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from platform_assets.lake import Lake
from platform_assets.lake.versions import Versions
from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline.explain.errors import NotExplained
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.workspace import Workspace

Found = TypeVar("Found")


@dataclass(frozen=True)
class Surroundings:
    """The workspace and the declarations of the model that made the predictions.

    Attributes:
        known: what was looked up before. Predictions have most of their chain in common, and while they are explained
            each table is seen as it was when it was first looked at.
    """

    workspace: Workspace
    product: Product
    model: MonitoredModelDeclaration
    known: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, workspace: Workspace, product: Product, model: str) -> Surroundings:
        """Those of the model called ``model``; raises NotExplained if the product has none of this name."""
        if model not in product.models:
            known = ", ".join(product.models) or "none"
            raise NotExplained(f"Product '{product.name}' has no model '{model}'. Its models: {known}.")
        return cls(workspace, product, product.models[model])

    def once(self, what: Hashable, look: Callable[[], Found]) -> Found:
        """What ``look`` finds, looked up at most once under this name."""
        if what not in self.known:
            self.known[what] = look()
        found: Found = self.known[what]
        return found

    def versions(self, table: str) -> Versions:
        """The versions of a table; raises TableNotFound."""
        return self.once(("versions", table), lambda: self.lake.versions(table))

    @property
    def lake(self) -> Lake:
        """Where the tables are."""
        return self.workspace.lake

    @property
    def feature_set(self) -> FeatureSetDeclaration:
        """The feature set that the model reads."""
        return self.product.feature_sets[self.model.feature_set]

    @property
    def features_table(self) -> str:
        """Full name of the feature set's table."""
        return self.product.table(self.model.feature_set)

    @property
    def predictions_table(self) -> str:
        """Full name of the table of predictions."""
        return self.product.table(f"{self.model.name}_predictions")
