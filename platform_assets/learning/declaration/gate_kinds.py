"""What the kinds of gates are told: one small declaration for each kind that needs more than a metric."""

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.learning.declaration.base import IDENTIFIER, Declaration
from platform_assets.learning.metric_names import MetricName, wrong_bound

_COLUMN = Field(pattern=IDENTIFIER, description="Column of the feature set; each of its values is a segment.")
_MINIMUM_ROWS = Field(default=200, ge=1, description="Validation rows a segment needs to be judged.")


class WorstSegment(Declaration):
    """The worst value of a column has to be good enough."""

    column: str = _COLUMN
    metric: MetricName = Field(description="Metric of each segment.")
    at_least: float | None = Field(default=None, description="Smallest accepted value; for auc.")
    at_most: float | None = Field(default=None, description="Largest accepted value; for all metrics but auc.")
    minimum_rows: int = _MINIMUM_ROWS

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("worst_segment must have exactly one of at_least and at_most. Keep or add one.")
        problem = wrong_bound(self.metric, "at_least" if self.at_least is not None else "at_most")
        if problem:
            raise ValueError(f"worst_segment: {problem}")
        return self


class SegmentDifference(Declaration):
    """The values of a column have to be treated alike."""

    column: str = _COLUMN
    metric: MetricName | None = Field(default=None, description="Metric that may differ only so much.")
    rate: Literal["mean_probability", "bias"] | None = Field(
        default=None, description="Instead of a metric: mean probability, or that less the observed share (bias)."
    )
    at_most: float = Field(ge=0, description="Largest accepted difference between two segments.")
    minimum_rows: int = _MINIMUM_ROWS

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.metric is None) == (self.rate is None):
            raise ValueError("segment_difference must have exactly one of metric and rate. Keep or add one.")
        return self


class ModelBytes(Declaration):
    """The saved model has to be small enough."""

    at_most: int = Field(gt=0, description="Most bytes of the saved model's files.")


class Latency(Declaration):
    """A prediction has to be quick enough."""

    rows: int = Field(default=1000, ge=1, description="Rows predicted at once.")
    at_most: float = Field(gt=0, description="Most milliseconds that may take.")


class ConstantFeatures(Declaration):
    """Every feature has to vary."""

    allowed: list[str] = Field(default_factory=list, description="Features that may be constant.")


class LeakedLabel(Declaration):
    """No feature alone may give the answer away."""

    auc_at_most: float = Field(
        default=0.95, gt=0.5, lt=1, description="Largest accepted AUC of the label by one feature alone."
    )


class ShuffledLabels(Declaration):
    """Labels have to belong to their rows."""

    auc_at_least: float = Field(
        default=0.57, gt=0.5, lt=1, description="Smallest accepted AUC of a month's labels by what other months teach."
    )
