"""A feature set: a contract plus the function and the inputs that compute it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from platform_assets.learning.matching import Reference
from platform_assets.quality.contract import Declared
from platform_assets.quality.engine import DeclaredEngine
from platform_assets.quality.lineage import DerivedColumn
from platform_assets.quality.watched import ComparedContract


class FeatureInput(Declared):
    """A dataset that a feature function reads; the argument of the function has the dataset's name."""

    dataset: str = Field(description="Name of the dataset; the function's argument is called the same.")
    lookback_days: float = Field(
        default=0, ge=0, description="Days of history before the partition that the function needs to see."
    )
    matched_on: dict[str, str] = Field(
        default_factory=dict,
        description="Which rows of the dataset belong to one feature row: its column, and the column of the feature "
        "row that it equals, or dataset.column of an input named before. A time may be shifted, as in "
        "'time_hour - 2 hours'. It tells `platform explain` which rows to show; the function does not see it.",
    )

    @field_validator("matched_on")
    @classmethod
    def _references_are_written_well(cls, value: dict[str, str]) -> dict[str, str]:
        for text in value.values():
            Reference.parse(text)
        return value


class FeatureSetDeclaration(ComparedContract):
    """A feature set as declared in a product's defs.yaml."""

    function: str = Field(
        pattern=r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$",
        description="PySpark function in the product's folder, as in features.flight_features.",
    )
    identifiers: list[str] = Field(
        default_factory=list, description="Key columns that only name a row and are no features, such as a number."
    )
    # A list of a narrower type is safe here, because declarations are frozen.
    columns: list[DerivedColumn] = Field(  # type: ignore[assignment]
        min_length=1, description="Every column, typed and described, with the columns that it is computed from."
    )
    inputs: list[FeatureInput] = Field(min_length=1, description="Datasets that the function reads, by argument name.")
    engine: DeclaredEngine = None

    @model_validator(mode="after")
    def _inputs_differ(self) -> Self:
        names = [source.dataset for source in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}.inputs: a dataset stands twice. Name each once, with the longer lookback.")
        return self

    @model_validator(mode="after")
    def _identifiers_are_keys(self) -> Self:
        strange = [name for name in self.identifiers if name not in self.keys]
        if strange:
            raise ValueError(f"{self.name}.identifiers: {', '.join(strange)} is no key. Name keys only, or drop it.")
        return self

    @model_validator(mode="after")
    def _nothing_is_personal(self) -> Self:
        personal = [column.name for column in self.columns if column.personal is not None]
        if personal:
            raise ValueError(
                f"{self.name}.columns: {', '.join(personal)} cannot be protected here, as features are computed from "
                "what is protected already. Declare 'personal' on the columns of the dataset."
            )
        return self

    @property
    def feature_columns(self) -> list[str]:
        """Columns that a model can learn from: all but identifiers and the event time."""
        apart = {*self.identifiers, *([self.partitions.column] if self.partitions else [])}
        return [column.name for column in self.columns if column.name not in apart]
