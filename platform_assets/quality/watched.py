"""A contract whose partitions are also compared with those before them: rates of change, and drift of every column."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.drift.declaration import MultivariateDeclaration
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.rate_of_change.rule import WatchedContract

DRIFT, DRIFT_TOGETHER = "drift", "drift_of_columns_together"


class PartitionDrift(DriftThresholds):
    """Limits of a partition's drift from others of the same table, and with which it is compared."""

    reference: Literal["previous", "season"] = Field(
        default="previous",
        description="The partitions right before, or the same partition a year before. If none of them was published "
        "the check says that there is nothing to compare with; it never takes others instead.",
    )
    partitions: int = Field(default=3, ge=1, description="How many previous partitions make the reference together.")
    columns: list[str] = Field(
        default_factory=list, description="Columns to compare; left out: all but timestamps, dates and keys."
    )
    on_breach: Literal["alert", "block"] = Field(
        default="alert", description="alert: a warning; block: the partition goes to quarantine instead of its readers."
    )
    multivariate: MultivariateDeclaration | None = Field(
        default=None, description="Compare as well how columns go together, on a sample of rows; not if left out."
    )


class ComparedContract(WatchedContract):
    """A contract that may declare both."""

    drift: PartitionDrift | None = Field(
        default=None, description="How far a partition may move away from others of this table; left out: not compared."
    )

    @model_validator(mode="after")
    def _drift_fits_the_table(self) -> Self:
        if self.drift is None:
            return self
        if self.partitions is None:
            raise ValueError(
                f"{self.name}.drift: without partitions there is nothing to compare with. Declare partitions, or "
                "remove drift."
            )
        known = [column.name for column in self.stored_columns]
        unknown = sorted(set(self.drift.columns) - set(known))
        if unknown:
            raise ValueError(
                f"{self.name}.drift.columns: there is no column '{unknown[0]}'. Choose from: {', '.join(known)}."
            )
        return self

    @property
    def drift_checks(self) -> list[str]:
        """Names of the checks that the declared drift adds to the table's."""
        if self.drift is None:
            return []
        return [DRIFT] if self.drift.multivariate is None else [DRIFT, DRIFT_TOGETHER]

    @property
    def compared_columns(self) -> list[str]:
        """Columns whose drift is looked at."""
        if self.drift is None:
            return []
        apart = {*self.keys, self.partitions.column if self.partitions else ""}
        comparable = [c.name for c in self.stored_columns if c.type not in ("timestamp", "date", "binary")]
        return self.drift.columns or [name for name in comparable if name not in apart]
