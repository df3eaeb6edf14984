"""A dataset: a contract plus how its files arrive."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.contract import Contract, Declared

PARTITION_PLACEHOLDER = "{partition}"


class Arrival(Declared):
    """Where the file of a partition lands and how it is written."""

    file: str = Field(description="Path below the landing folder; {partition} stands for the partition, as in 2013-02.")
    format: Literal["csv", "parquet"] = Field(default="csv", description="File format; CSV has a header line, UTF-8.")
    null_values: str = Field(default="", description="The text that stands for a missing value in a CSV file.")
    settle_seconds: float = Field(
        default=2.0, ge=0, description="A file counts as complete when it was not modified for this long."
    )


class DatasetDeclaration(Contract):
    """A dataset as declared in a product's defs.yaml."""

    arrival: Arrival = Field(description="Where its files land and how they are written.")

    @model_validator(mode="after")
    def _file_names_the_partition(self) -> Self:
        if (self.partitions is not None) != (PARTITION_PLACEHOLDER in self.arrival.file):
            raise ValueError(
                f"{self.name}.arrival.file: '{self.arrival.file}' must contain {PARTITION_PLACEHOLDER} exactly when "
                "the dataset has partitions. Add or remove the placeholder."
            )
        return self

    def landing_file(self, partition: str | None) -> str:
        """Path of a partition's file below the landing folder."""
        return self.arrival.file.replace(PARTITION_PLACEHOLDER, partition or "")
