"""How parameters are searched."""

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.learning.declaration.base import Declaration, Parameter
from platform_assets.learning.metric_names import MetricName


class Range(Declaration):
    """Values of one parameter that tuning may try, both bounds included."""

    low: float = Field(description="Smallest value tried.")
    high: float = Field(description="Largest value tried.")
    log: bool = Field(default=False, description="Draw evenly on a logarithmic scale, for rates and regularisation.")
    integer: bool = Field(default=False, description="Draw whole numbers only.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be less than high ({self.high:g}). Swap or widen the bounds.")
        if self.log and self.low <= 0:
            raise ValueError(f"low ({self.low:g}) must be positive for a logarithmic range. Raise it or drop 'log'.")
        if self.integer and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("the bounds of an integer range must be whole numbers. Round them or drop 'integer'.")
        return self


class Choices(Declaration):
    """Values of one parameter without an order, such as names of methods."""

    choices: list[Parameter] = Field(min_length=2, description="Values that tuning may try.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        # 1, 1.0 and true are equal in Python, but not to an estimator.
        distinct = {(type(value), value) for value in self.choices}
        if len(distinct) < len(self.choices):
            raise ValueError(f"choices {self.choices} names a value more than once. Drop one.")
        return self


class SearchDeclaration(Declaration):
    """How much is spent on finding better parameters than the declared ones."""

    trials: int = Field(default=0, ge=0, description="Sets of parameters tried besides the declared ones; 0: none.")
    timeout_seconds: float | None = Field(
        default=None,
        gt=0,
        description="No further trial is started once trials took this long together; no limit if left out.",
    )
    sample_rows: int = Field(
        default=50_000, ge=100, description="Most rows a trial is fitted on; they are spread evenly over time."
    )
    metric: MetricName = Field(default="auc", description="Metric on the validation rows that the search improves.")
    pruner: Literal["none", "median"] = Field(
        default="none",
        description="'median' gives a trial up between two folds of the validation when its mean so far is worse than "
        "the median of the trials before it; 'none' judges every trial on all folds.",
    )
    space: dict[str, Range | Choices] = Field(
        default_factory=dict, description="Parameters of the estimator to search, each with its range or choices."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.trials > 0 and not self.space:
            raise ValueError(f"trials is {self.trials} but space is empty. Name parameters to search or set trials: 0.")
        return self
