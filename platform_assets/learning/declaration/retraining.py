"""When a model is renewed."""

from pydantic import Field

from platform_assets.learning.declaration.base import Declaration


class RetrainingDeclaration(Declaration):
    """When a new candidate is trained; several reasons may be combined, and any of them suffices."""

    minimum_labelled_partitions: int = Field(
        default=1, ge=1, description="Labelled partitions needed before anything is trained."
    )
    every_partitions: int | None = Field(
        default=None, ge=1, description="Retrain when this many partitions were delivered since the last training."
    )
    on_drift: bool = Field(default=False, description="Retrain once when a drift begins.")
    on_decay: float | None = Field(
        default=None, gt=0, lt=1, description="Retrain when AUC falls this far below the champion's validation AUC."
    )
    cool_down_partitions: int = Field(
        default=0, ge=0, description="Partitions after a training in which drift, decay and schedule are ignored."
    )
