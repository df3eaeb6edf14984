"""What a model's owner declares about drift: compared with what, which columns weigh how much, and what besides."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from platform_assets.quality.drift.thresholds import DriftThresholds

Reference = Literal["training", "previous", "season"]


class MultivariateDeclaration(BaseModel):
    """A look at how columns go together, which no profile of single columns can see; reads a sample of the rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_rows: int = Field(
        default=20_000, ge=200, description="Most rows that are looked at, half of them of each window."
    )
    auc_at_least: float = Field(
        default=0.72,
        gt=0.5,
        lt=1,
        description="Out-of-fold AUC of a classifier that tells the windows apart, from which it is drift; 0.5 is "
        "chance. Consecutive months of flights, without weather, reach 0.69, with a shuffled column 0.77 to 0.93. "
        "Weather of few days is one of few draws and blurs this.",
    )


class DriftDeclaration(DriftThresholds):
    """Limits of a model's drift report, and what it compares with what."""

    reference: Reference = Field(
        default="training",
        description="What a partition is compared with: the champion's training window, the partition before, or the "
        "same partition a year before. If that was not published the verdict is 'no_reference', never another one.",
    )
    importance: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict,
        description="Weight of columns in the verdict on the data; 0 only shows a column. Others weigh what 'weights' "
        "says.",
    )
    weights: Literal["equal", "importance"] = Field(
        default="equal",
        description="Weight of columns that 'importance' does not name: 1 each, or, for features, the importance that "
        "the champion's training recorded, so scaled that a feature weighs 1 on average.",
    )
    multivariate: MultivariateDeclaration | None = Field(
        default=None, description="Compare as well how columns go together, on a sample of rows; not if left out."
    )
