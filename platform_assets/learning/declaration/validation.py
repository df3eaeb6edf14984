"""On what a candidate is judged, and which naive forecast it has to beat."""

from pydantic import Field

from platform_assets.learning.declaration.base import Declaration


class ValidationDeclaration(Declaration):
    """Which of the latest rows are kept apart to judge a candidate; the split is by time, never random."""

    share: float = Field(default=0.25, gt=0, lt=1, description="Largest share of the rows kept for validation.")
    max_days: int = Field(default=28, ge=1, description="Longest validation window in days, ending at the last row.")


class BaselineDeclaration(Declaration):
    """The seasonal naive forecast that a model has to beat: the label's smoothed rate in each segment."""

    segments: list[str] = Field(
        default_factory=list, description="Columns that define a segment, such as origin and hour; none: one rate."
    )
    smoothing: float = Field(
        default=20.0, ge=0, description="Rows' worth of overall rate mixed into each segment's rate."
    )
