"""What a product says about a model: plain data that an editor can complete and that is checked when it is read."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from platform_assets.learning import partitions
from platform_assets.learning.metric_names import MetricName, higher_is_better
from platform_assets.quality.rate_of_change.rule import RateOfChange

_IDENTIFIER = r"^[a-z][a-z0-9_]*$"
_IMPORT_PATH = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$"
Parameter = bool | int | float | str | None


class _Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelDeclaration(_Declaration):
    """Where the truth comes from that the model learns to predict."""

    dataset: str = Field(pattern=_IDENTIFIER, description="Dataset whose rows the labels are computed from.")
    function: str = Field(
        pattern=_IMPORT_PATH,
        description="PySpark function in the product's folder that computes the labels, as 'module.function'.",
    )
    column: str = Field(
        pattern=_IDENTIFIER, description="Column that holds the label: true or 1 for the predicted event, else 0."
    )
    delay_partitions: int = Field(
        default=1, ge=0, description="Partitions that pass until a label is known: with 1, January's with February."
    )


class Range(_Declaration):
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


class SearchDeclaration(_Declaration):
    """How much is spent on finding better parameters than the declared ones."""

    trials: int = Field(default=0, ge=0, description="Sets of parameters tried besides the declared ones; 0: none.")
    sample_rows: int = Field(
        default=50_000, ge=100, description="Most rows a trial is fitted on; they are spread evenly over time."
    )
    metric: MetricName = Field(default="auc", description="Metric on the validation rows that the search improves.")
    space: dict[str, Range] = Field(
        default_factory=dict, description="Parameters of the estimator to search, each with its range."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.trials > 0 and not self.space:
            raise ValueError(f"trials is {self.trials} but space is empty. Name parameters to search or set trials: 0.")
        return self


class ValidationDeclaration(_Declaration):
    """Which of the latest rows are kept apart to judge a candidate; the split is by time, never random."""

    share: float = Field(default=0.25, gt=0, lt=1, description="Largest share of the rows kept for validation.")
    max_days: int = Field(default=28, ge=1, description="Longest validation window in days, ending at the last row.")


class BaselineDeclaration(_Declaration):
    """The seasonal naive forecast that a model has to beat: the label's smoothed rate in each segment."""

    segments: list[str] = Field(
        default_factory=list, description="Columns that define a segment, such as origin and hour; none: one rate."
    )
    smoothing: float = Field(
        default=20.0, ge=0, description="Rows' worth of overall rate mixed into each segment's rate."
    )


class GateDeclaration(_Declaration):
    """One condition a candidate has to meet before it may become champion."""

    name: str = Field(pattern=_IDENTIFIER, description="Name of the gate; it is also the name of its asset check.")
    metric: MetricName = Field(description="Metric on the validation rows: auc, brier, log_loss or calibration_error.")
    at_least: float | None = Field(default=None, description="Smallest accepted value; for auc.")
    at_most: float | None = Field(default=None, description="Largest accepted value; for all metrics but auc.")
    better_than: Literal["baseline", "champion"] | None = Field(
        default=None, description="The other model that must be beaten on the same rows."
    )
    margin: float = Field(
        default=0.0, description="By how much it must be beaten, in units of the metric; negative: tolerated loss."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        rules = [rule for rule in ("at_least", "at_most", "better_than") if getattr(self, rule) is not None]
        if len(rules) != 1:
            found = " and ".join(rules) or "none of them"
            raise ValueError(
                f"gate '{self.name}' must have exactly one of at_least, at_most and better_than, but has {found}. "
                "Keep one; write a second gate for a second condition."
            )
        self._check_direction(rules[0])
        if self.margin and self.better_than is None:
            raise ValueError(f"gate '{self.name}' has a margin but no better_than. Add better_than or drop the margin.")
        return self

    def _check_direction(self, rule: str) -> None:
        wrong = "at_most" if higher_is_better(self.metric) else "at_least"
        if rule == wrong:
            order, right = ("higher", "at_least") if wrong == "at_most" else ("lower", "at_most")
            raise ValueError(
                f"gate '{self.name}': {self.metric} is better when {order}, so {wrong} would refuse good models. "
                f"Use {right}."
            )


class RetrainingDeclaration(_Declaration):
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


class ModelDeclaration(_Declaration):
    """A model: what it predicts, from which features, how it is trained, judged and renewed."""

    name: str = Field(
        pattern=_IDENTIFIER, description="Name of the model, of its assets and of its entry in the registry."
    )
    description: str = Field(min_length=1, description="What the model predicts and what for, in a sentence or two.")
    owner: str = Field(min_length=1, description="Team or e-mail address that answers for the model.")
    feature_set: str = Field(pattern=_IDENTIFIER, description="Feature set that the model reads.")
    label: LabelDeclaration = Field(description="Where the truth comes from.")
    features: list[str] | None = Field(
        default=None, min_length=1, description="Feature columns the model uses; all of the feature set if left out."
    )
    first_partition: str = Field(description="First partition the model exists for, written YYYY-MM.")
    estimator: str = Field(
        pattern=_IMPORT_PATH,
        default="sklearn.ensemble.HistGradientBoostingClassifier",
        description="Import path of a scikit-learn compatible classifier with predict_proba.",
    )
    parameters: dict[str, Parameter] = Field(
        default_factory=dict, description="Fixed parameters of the estimator, and where the search starts from."
    )
    search: SearchDeclaration = Field(default_factory=SearchDeclaration, description="Tuning; none if left out.")
    validation: ValidationDeclaration = Field(
        default_factory=ValidationDeclaration, description="Which of the latest rows a candidate is judged on."
    )
    baseline: BaselineDeclaration = Field(
        default_factory=BaselineDeclaration, description="Naive forecast that is kept beside the model."
    )
    gates: list[GateDeclaration] = Field(
        default_factory=list, description="Conditions a candidate has to meet to become champion."
    )
    retraining: RetrainingDeclaration = Field(
        default_factory=RetrainingDeclaration, description="When a new candidate is trained."
    )
    monitored_columns: list[str] | None = Field(
        default=None, min_length=1, description="Columns watched for drift; all features if left out."
    )
    rate_of_change: list[RateOfChange] = Field(
        default_factory=list,
        description="Numbers of a partition's predictions that may only change so much from the ones before.",
    )
    seed: int = Field(default=0, ge=0, lt=2**32, description="Seed of everything random; same seed, same model.")

    @field_validator("first_partition")
    @classmethod
    def _check_first_partition(cls, value: str) -> str:
        partitions.ordinal(value)
        return value

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        named = {
            "gates": [gate.name for gate in self.gates],
            "features": self.features or [],
            "baseline.segments": self.baseline.segments,
            "monitored_columns": self.monitored_columns or [],
        }
        for field, names in named.items():
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{field} names {', '.join(twice)} more than once. Names must be unique; drop one.")
        return self
