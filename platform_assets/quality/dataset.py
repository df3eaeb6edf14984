"""A dataset: a contract plus how its files arrive."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.contract import Declared
from platform_assets.quality.engine import DeclaredEngine
from platform_assets.quality.personal.views import has_personal_columns
from platform_assets.quality.source import BtsOnTime
from platform_assets.quality.watched import ComparedContract

PARTITION_PLACEHOLDER = "{partition}"
PERSONAL_STAYS = "its personal columns are protected before any row leaves this machine"


class Arrival(Declared):
    """Where the file of a partition lands and how it is written."""

    file: str = Field(
        description="Path below the landing folder; {partition} stands for the partition, as in 2013-02. "
        "The ending .gz or .zip (of one file) says that it is compressed."
    )
    format: Literal["csv", "parquet", "jsonl"] = Field(
        default="csv",
        description="File format; CSV has a header line; JSON Lines has every field on every line. Both are UTF-8.",
    )
    null_values: str = Field(default="", description="The text that stands for a missing value in CSV or JSON Lines.")
    complete: Literal["settle", "manifest"] = Field(
        default="settle",
        description="When a file counts as complete: 'settle' once it was not modified for a while; 'manifest' once "
        "the file <name>.done beside it holds its SHA-256, as sha256sum writes it.",
    )
    settle_seconds: float = Field(
        default=2.0, ge=0, description="A file counts as complete when it was not modified for this long."
    )
    unpacked_megabytes: float = Field(
        default=4000.0, gt=0, description="Most megabytes (10^6 bytes) that a compressed file may unpack to."
    )
    unpacked_ratio: float = Field(
        default=100.0, gt=1, description="Most times its own size that a compressed file may unpack to."
    )

    @model_validator(mode="after")
    def _parquet_is_not_packed(self) -> Self:
        if self.format == "parquet" and self.compression is not None:
            raise ValueError(
                f"arrival.file: '{self.file}' names a compressed Parquet file. Parquet is compressed within; "
                f"drop the ending .{self.compression}."
            )
        return self

    @property
    def compression(self) -> Literal["gz", "zip"] | None:
        """How files are compressed, by the ending of their name."""
        endings: tuple[Literal["gz", "zip"], ...] = ("gz", "zip")
        return next((ending for ending in endings if self.file.endswith(f".{ending}")), None)


class DatasetDeclaration(ComparedContract):
    """A dataset as declared in a product's defs.yaml."""

    arrival: Arrival = Field(description="Where its files land and how they are written.")
    source: BtsOnTime | None = Field(
        default=None, description="Where its files can be fetched from; left out: others deliver them."
    )
    engine: DeclaredEngine = None

    @model_validator(mode="after")
    def _source_fits_the_arrival(self) -> Self:
        plain = self.arrival.format == "csv" and self.arrival.compression is None
        if self.source is not None and (not plain or self.partitions is None):
            raise ValueError(
                f"{self.name}.source: files of {self.source.kind} become one CSV file per month, so it needs "
                "partitions, arrival.format csv and no compression. Correct them, or leave out the source."
            )
        return self

    @model_validator(mode="after")
    def _personal_columns_stay(self) -> Self:
        if self.engine == "emr" and has_personal_columns(self):
            raise ValueError(f"{self.name}.engine: not emr, as {PERSONAL_STAYS}. Choose embedded, spark or auto.")
        return self

    @model_validator(mode="after")
    def _trains_nothing(self) -> Self:
        asking = [rule.name for rule in self.rate_of_change if rule.on_breach == "retrain"]
        if asking:
            raise ValueError(
                f"{self.name}.rate_of_change.{asking[0]}.on_breach: no model learns from a dataset. Declare the rule "
                "on the feature set that the model reads, or choose alert or block."
            )
        return self

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
