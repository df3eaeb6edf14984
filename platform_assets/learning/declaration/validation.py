"""On what a candidate is judged, and which naive forecast it has to beat."""

from typing import Self

from pydantic import Field, model_validator

from platform_assets.learning.declaration.base import Declaration


class ValidationDeclaration(Declaration):
    """Which of the latest rows are kept apart to judge by; the split is by time (rolling origin), never random."""

    share: float = Field(default=0.25, gt=0, lt=1, description="Largest share of the rows in a validation window.")
    max_days: int = Field(
        default=28, ge=1, description="Longest validation window in days; the last ends at the last row."
    )
    folds: int = Field(
        default=1,
        ge=1,
        description="Consecutive validation windows at the end of the labelled time that trials of a search are judged "
        "on, each by a model fitted on the rows before it; a candidate itself is judged on the last one.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.share * self.folds >= 1:
            raise ValueError(
                f"folds ({self.folds}) times share ({self.share:g}) must be less than 1, because rows must remain to "
                f"fit the first fold on. Lower share below {1 / self.folds:.3g} or take fewer folds."
            )
        return self


class BaselineDeclaration(Declaration):
    """The seasonal naive forecast that a model has to beat: the label's smoothed rate in each segment."""

    segments: list[str] = Field(
        default_factory=list, description="Columns that define a segment, such as origin and hour; none: one rate."
    )
    smoothing: float = Field(
        default=20.0, ge=0, description="Rows' worth of overall rate mixed into each segment's rate."
    )
