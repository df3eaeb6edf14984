"""Rules as they are declared: which number, what is expected of it, and what happens when it is not so."""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from platform_assets.quality.contract import Contract, Declared
from platform_assets.quality.rate_of_change.expression import Expression, ExpressionError, parse_expression
from platform_assets.quality.rate_of_change.metrics import METRICS, Reference
from platform_assets.quality.rate_of_change.strategies import AnyStrategy

OnBreach = Literal["alert", "block", "retrain"]
Before = Literal["warn", "pass", "block"]
# Names of other checks of the same assets.
_TAKEN = ("contract_", "expectation", "not_deprecated", "drift")


class ChangeRule(Declared):
    """What is expected of the next number of a series."""

    strategy: AnyStrategy = Field(description="How the expected range follows from the numbers before.")
    minimum_history: int | None = Field(
        default=None, ge=0, description="Earlier numbers needed for a verdict; left out: what suits the strategy."
    )
    tolerance: float = Field(
        default=0.0,
        ge=0,
        description="Share of the expected number (the middle of its range) by which it may differ in any case: 0.1 "
        "keeps a series that hardly moves from crying wolf at a tenth.",
    )
    before: Before = Field(
        default="warn",
        description="What 'cannot tell yet' does: warn, pass (it still says so), or block the partition.",
    )
    exclude_anomalies: bool = Field(
        default=False,
        description="Whether earlier numbers that were anomalies themselves are left out of the history. A lasting "
        "change then stays an anomaly until the rule is changed.",
    )

    @model_validator(mode="after")
    def _history_suffices(self) -> Self:
        if self.minimum_history is not None and self.minimum_history < self.strategy.needs:
            raise ValueError(
                f"minimum_history: {self.minimum_history} is too little, as {self.strategy.kind} needs "
                f"{self.strategy.needs}. Raise it, or leave it out for {self.strategy.usual_history}."
            )
        return self

    @property
    def history(self) -> int:
        """Earlier numbers needed for a verdict."""
        return self.strategy.usual_history if self.minimum_history is None else self.minimum_history

    @property
    def floor(self) -> float:
        """What the number can by its nature not fall below."""
        return -math.inf


class RateOfChange(ChangeRule):
    """One rule on a metric of a table's partitions; also an asset check of that name."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the rule, and of its asset check.")
    description: str = Field(min_length=1, description="What it guards against, in a sentence.")
    metric: str = Field(
        description="A metric of the partition's profile or an expression of several, as in dep_delay.nulls / rows."
    )
    on_breach: OnBreach = Field(
        default="alert",
        description="alert: a warning; block: the partition is not published but goes to quarantine; retrain: a "
        "warning that also asks the retraining policy (features and predictions only).",
    )

    cool_down_partitions: int = Field(
        default=1,
        ge=0,
        description="A breach that begins again within this many partitions after it ended is the same alert.",
    )

    @field_validator("name")
    @classmethod
    def _name_is_free(cls, name: str) -> str:
        if name.startswith(_TAKEN):
            raise ValueError(f"'{name}' is the name of another check. Choose one that says what is watched.")
        return name

    @field_validator("metric")
    @classmethod
    def _metric_is_understood(cls, text: str) -> str:
        parse_expression(text)
        return text

    @property
    def expression(self) -> Expression:
        """The metric, parsed."""
        return parse_expression(self.metric)

    @property
    def floor(self) -> float:
        """0 for counts and shares; anything else may be negative."""
        whole = self.expression.whole
        counted = isinstance(whole, Reference) and (whole.column is None or METRICS[whole.metric].counts)
        return 0.0 if counted else -math.inf

    @property
    def can_block(self) -> bool:
        """Whether a verdict of this rule can refuse a partition."""
        return "block" in (self.on_breach, self.before)


class WatchedContract(Contract):
    """A contract whose partitions are also compared with those before them."""

    rate_of_change: list[RateOfChange] = Field(
        default_factory=list, description="Numbers of a partition that may only change so much from the ones before."
    )

    @model_validator(mode="after")
    def _rules_fit_the_table(self) -> Self:
        names = [rule.name for rule in self.rate_of_change]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.name}.rate_of_change: {', '.join(twice)} declared twice. Rename one of them.")
        if names and self.partitions is None:
            raise ValueError(
                f"{self.name}.rate_of_change: without partitions there is nothing earlier to compare with. "
                "Declare partitions, or remove the rules."
            )
        for rule in self.rate_of_change:
            for reference in rule.expression.references():
                problem = _problem(self, reference)
                if problem:
                    raise ValueError(f"{self.name}.rate_of_change.{rule.name}.metric: {problem}")
        return self


def _problem(contract: Contract, reference: Reference) -> str | None:
    if reference.column is None:
        return None
    types = {column.name: column.type for column in contract.stored_columns}
    if reference.column not in types:
        return f"there is no column '{reference.column}'. Declare it, or choose one of: {', '.join(types)}."
    allowed, found = METRICS[reference.metric].types, types[reference.column]
    if allowed and found not in allowed:
        able = [name for name, metric in METRICS.items() if not metric.types or found in metric.types]
        return f"'{reference.column}' is of type {found}, which has no {reference.metric}. It has: {', '.join(able)}."
    if reference.metric == "share" and isinstance(reference.argument, bool) != (found == "boolean"):
        example = "share(True)" if found == "boolean" else "share('text')"
        return f"'{reference.column}' is of type {found}. Write {reference.column}.{example}."
    return None


__all__ = ["ChangeRule", "ExpressionError", "OnBreach", "RateOfChange", "WatchedContract"]
