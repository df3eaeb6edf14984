"""What the quality of predictions is held against."""

from pydantic import Field

from platform_assets.learning.declaration.base import Declaration


class MonitoringDeclaration(Declaration):
    """How predictions are judged once their labels are known."""

    segments: list[str] = Field(
        default_factory=list, description="Columns of the feature set by whose values quality is measured as well."
    )
    minimum_rows: int = Field(
        default=300, ge=1, description="Labelled rows below which a partition or segment is too small to tell."
    )
    tolerated_loss: float = Field(
        default=0.05, gt=0, lt=0.5, description="How far AUC may fall below that of the champion's validation rows."
    )
