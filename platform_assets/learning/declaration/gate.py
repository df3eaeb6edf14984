"""Conditions of a promotion."""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from platform_assets.learning.declaration.base import IDENTIFIER, Declaration
from platform_assets.learning.declaration.gate_kinds import (
    ConstantFeatures,
    Latency,
    LeakedLabel,
    ModelBytes,
    SegmentDifference,
    ShuffledLabels,
    WorstSegment,
)
from platform_assets.learning.metric_names import MetricName, wrong_bound

PARITY = "parity"
GateKind = Literal[
    "absolute",
    "better_than",
    "worst_segment",
    "segment_difference",
    "model_bytes",
    "latency_ms",
    "constant_features",
    "leaked_label",
    "shuffled_labels",
]
# How each rule is written; the first two are an absolute gate.
_RULES = ("at_least", "at_most", *get_args(GateKind)[1:])
_OF_METRICS = ("at_least", "at_most", "better_than")


class GateDeclaration(Declaration):
    """One condition a candidate has to meet before it may become champion: exactly one of the rules below."""

    name: str = Field(pattern=IDENTIFIER, description="Name of the gate; it is also the name of its asset check.")
    metric: MetricName | None = Field(
        default=None,
        description="Metric on the validation rows: auc, brier, log_loss or calibration_error; for at_least, at_most "
        "and better_than.",
    )
    at_least: float | None = Field(default=None, description="Smallest accepted value; for auc.")
    at_most: float | None = Field(default=None, description="Largest accepted value; for all metrics but auc.")
    better_than: Literal["baseline", "champion"] | None = Field(
        default=None, description="The other model that must be beaten on the same rows."
    )
    margin: float = Field(
        default=0.0, description="By how much it must be beaten, in units of the metric; negative: tolerated loss."
    )
    confidence: float | None = Field(
        default=None, gt=0.5, lt=1, description="How sure that must be: the interval of the gain lies above the margin."
    )
    worst_segment: WorstSegment | None = Field(default=None, description="The worst value of a column is good enough.")
    segment_difference: SegmentDifference | None = Field(
        default=None, description="The values of a column are treated alike."
    )
    model_bytes: ModelBytes | None = Field(default=None, description="The saved model is small enough.")
    latency_ms: Latency | None = Field(default=None, description="A prediction is quick enough.")
    constant_features: ConstantFeatures | None = Field(default=None, description="Every feature varies.")
    leaked_label: LeakedLabel | None = Field(default=None, description="No feature alone gives the answer away.")
    shuffled_labels: ShuffledLabels | None = Field(default=None, description="Labels belong to their rows.")

    @property
    def kind(self) -> GateKind:
        """Which rule the gate has."""
        found: GateKind = next((kind for kind in get_args(GateKind)[1:] if getattr(self, kind) is not None), "absolute")
        return found

    @property
    def column(self) -> str | None:
        """The column by whose values it judges, if it does."""
        declared = self.worst_segment or self.segment_difference
        return declared.column if declared else None

    @model_validator(mode="after")
    def _check(self) -> Self:
        rules = [rule for rule in _RULES if getattr(self, rule) is not None]
        if len(rules) != 1:
            found = " and ".join(rules) or "none of them"
            raise ValueError(
                f"gate '{self.name}' must have exactly one of {', '.join(_RULES)}, but has {found}. "
                "Keep one; write a second gate for a second condition."
            )
        if self.name == PARITY:
            raise ValueError(f"gate '{PARITY}': every model has a check of that name. Choose another name.")
        self._check_metric(rules[0])
        for field, given in (("margin", self.margin != 0), ("confidence", self.confidence is not None)):
            if given and self.better_than is None:
                raise ValueError(
                    f"gate '{self.name}' has a {field} but no better_than. Add better_than or drop the {field}."
                )
        return self

    def _check_metric(self, rule: str) -> None:
        if rule in _OF_METRICS and self.metric is None:
            raise ValueError(f"gate '{self.name}' has {rule} but no metric. Add the metric that it is about.")
        if rule not in _OF_METRICS and self.metric is not None:
            raise ValueError(f"gate '{self.name}': {rule} takes no metric beside it. Drop it, or move it inside.")
        problem = self.metric and wrong_bound(self.metric, rule)
        if problem:
            raise ValueError(f"gate '{self.name}': {problem}")
