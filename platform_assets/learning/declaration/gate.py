"""Conditions of a promotion."""

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.learning.declaration.base import IDENTIFIER, Declaration
from platform_assets.learning.metric_names import MetricName, higher_is_better


class GateDeclaration(Declaration):
    """One condition a candidate has to meet before it may become champion."""

    name: str = Field(pattern=IDENTIFIER, description="Name of the gate; it is also the name of its asset check.")
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
