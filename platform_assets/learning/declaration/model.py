"""A model as a whole."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from platform_assets.learning import partitions
from platform_assets.learning.declaration.base import IDENTIFIER, IMPORT_PATH, Declaration, Parameter
from platform_assets.learning.declaration.card import CardDeclaration
from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.declaration.label import LabelDeclaration
from platform_assets.learning.declaration.monitoring import MonitoringDeclaration
from platform_assets.learning.declaration.retraining import RetrainingDeclaration, RollbackDeclaration
from platform_assets.learning.declaration.search import SearchDeclaration
from platform_assets.learning.declaration.segment import Where
from platform_assets.learning.declaration.training import TrainingDeclaration
from platform_assets.learning.declaration.validation import BaselineDeclaration, ValidationDeclaration
from platform_assets.quality.rate_of_change.rule import RateOfChange


class ModelDeclaration(Declaration):
    """A model: what it predicts, from which features, how it is trained, judged and renewed."""

    name: str = Field(
        pattern=IDENTIFIER, description="Name of the model, of its assets and of its entry in the registry."
    )
    description: str = Field(min_length=1, description="What the model predicts and what for, in a sentence or two.")
    owner: str = Field(min_length=1, description="Team or e-mail address that answers for the model.")
    feature_set: str = Field(pattern=IDENTIFIER, description="Feature set that the model reads.")
    label: LabelDeclaration = Field(description="Where the truth comes from.")
    features: list[str] | None = Field(
        default=None, min_length=1, description="Feature columns the model uses; all of the feature set if left out."
    )
    where: Where = Field(
        default_factory=dict,
        description="Rows the model is for: column of the feature set to its value, or to several. Left out: all rows.",
    )
    variants: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Further models by name, each with the fields in which it differs from this one.",
    )
    first_partition: str = Field(description="First partition the model exists for, written YYYY-MM.")
    estimator: str = Field(
        pattern=IMPORT_PATH,
        default="sklearn.ensemble.HistGradientBoostingClassifier",
        description="Import path of a scikit-learn compatible classifier with predict_proba.",
    )
    parameters: dict[str, Parameter] = Field(
        default_factory=dict, description="Fixed parameters of the estimator, and where the search starts from."
    )
    search: SearchDeclaration = Field(default_factory=SearchDeclaration, description="Tuning; none if left out.")
    training: TrainingDeclaration = Field(
        default_factory=TrainingDeclaration, description="How many rows are learned from, and whether from the start."
    )
    validation: ValidationDeclaration = Field(
        default_factory=ValidationDeclaration, description="Which of the latest rows a candidate is judged on."
    )
    baseline: BaselineDeclaration = Field(
        default_factory=BaselineDeclaration, description="Naive forecast that is kept beside the model."
    )
    segments: list[str] = Field(
        default_factory=list, description="Columns by whose values a candidate's figures are told too, such as origin."
    )
    gates: list[GateDeclaration] = Field(
        default_factory=list, description="Conditions a candidate has to meet to become champion."
    )
    promotion: Literal["automatic", "sign_off"] = Field(
        default="automatic",
        description="Whether a candidate that passed its gates becomes champion by itself, or by a person's word.",
    )
    retraining: RetrainingDeclaration = Field(
        default_factory=RetrainingDeclaration, description="When a new candidate is trained."
    )
    rollback: RollbackDeclaration | None = Field(
        default=None, description="When a champion gives way to its predecessor by itself; never if left out."
    )
    monitoring: MonitoringDeclaration = Field(
        default_factory=MonitoringDeclaration, description="How predictions are judged once their labels are known."
    )
    monitored_columns: list[str] | None = Field(
        default=None, min_length=1, description="Columns watched for drift; all features if left out."
    )
    rate_of_change: list[RateOfChange] = Field(
        default_factory=list,
        description="Numbers of a partition's predictions that may only change so much from the ones before.",
    )
    card: CardDeclaration = Field(
        default_factory=CardDeclaration, description="Words for the model's card that only people know."
    )
    seed: int = Field(default=0, ge=0, lt=2**32, description="Seed of everything random; same seed, same model.")

    def chosen_features(self, feature_columns: Sequence[str]) -> list[str]:
        """Features that the model learns from: as declared, else all of the feature set that may differ among its rows.

        Args:
            feature_columns: those of the feature set.
        """
        constant = {column for column, values in self.where.items() if len(values) == 1}
        return self.features or [name for name in feature_columns if name not in constant]

    @property
    def segment_columns(self) -> list[str]:
        """The columns by whose values figures are told: the declared ones, and those that gates judge by."""
        judged = [gate.column for gate in self.gates if gate.column is not None]
        return list(dict.fromkeys([*self.segments, *judged]))

    @field_validator("first_partition")
    @classmethod
    def _check_first_partition(cls, value: str) -> str:
        partitions.ordinal(value)
        return value

    @model_validator(mode="after")
    def _check_pruner(self) -> Self:
        if self.search.pruner != "none" and self.validation.folds < 2:
            raise ValueError(
                f"search.pruner '{self.search.pruner}' gives trials up between folds, but validation.folds is "
                f"{self.validation.folds}. Declare at least two folds or pruner: none."
            )
        return self

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        named = {
            "gates": [gate.name for gate in self.gates],
            "features": self.features or [],
            "baseline.segments": self.baseline.segments,
            "segments": self.segments,
            "monitored_columns": self.monitored_columns or [],
            "monitoring.segments": self.monitoring.segments,
        }
        for field, names in named.items():
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{field} names {', '.join(twice)} more than once. Names must be unique; drop one.")
        return self
