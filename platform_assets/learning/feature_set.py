"""A feature set: a contract plus the function and the inputs that compute it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from platform_assets.quality.contract import Contract, Declared


class FeatureInput(Declared):
    """A dataset that a feature function reads; the argument of the function has the dataset's name."""

    dataset: str = Field(description="Name of the dataset; the function's argument is called the same.")
    lookback_days: float = Field(
        default=0, ge=0, description="Days of history before the partition that the function needs to see."
    )


class FeatureSetDeclaration(Contract):
    """A feature set as declared in a product's defs.yaml."""

    function: str = Field(
        pattern=r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$",
        description="PySpark function in the product's folder, as in features.flight_features.",
    )
    inputs: list[FeatureInput] = Field(min_length=1, description="Datasets that the function reads, by argument name.")

    @model_validator(mode="after")
    def _inputs_differ(self) -> Self:
        names = [source.dataset for source in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}.inputs: a dataset stands twice. Name each once, with the longer lookback.")
        return self

    @property
    def feature_columns(self) -> list[str]:
        """Columns that are neither key nor event time."""
        apart = {*self.keys, *([self.partitions.column] if self.partitions else [])}
        return [column.name for column in self.columns if column.name not in apart]
