"""What a model's owner declares for a backtest: what errors cost, when a prediction is acted on, named policies."""

from typing import Literal, Self

from pydantic import Field, model_validator

from platform_assets.learning.backtest.grammar import CANDIDATES, PolicyError, parse_policy
from platform_assets.learning.declaration.base import Declaration


class ErrorCosts(Declaration):
    """What a wrong decision on one row costs, compared with the right one, in the declared currency."""

    missed: float = Field(gt=0, description="The event happened, and nobody had acted on the prediction.")
    false_alarm: float = Field(gt=0, description="Somebody acted on the prediction, and the event did not happen.")


class BacktestDeclaration(Declaration):
    """How `platform replay PRODUCT --policies ...` weighs policies against each other."""

    costs: ErrorCosts | None = Field(
        default=None, description="Cost of each kind of error; without it there is no business value to compare."
    )
    currency: str = Field(default="USD", min_length=1, description="Unit of the costs and of the rate.")
    threshold: float | Literal["best"] = Field(
        default="best",
        description="Probability from which a prediction is acted on; best: false_alarm / (false_alarm + missed), from "
        "which acting costs less than waiting if probabilities are calibrated (Elkan 2001).",
    )
    cost_per_cpu_hour: float = Field(default=0.05, ge=0, description="What an hour of one core costs.")
    policies: dict[str, str] = Field(
        default_factory=dict,
        description="Policies by name, each written as on the command line, such as 'drift:psi=0.3+decay:auc=0.03'.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if isinstance(self.threshold, float) and not 0 < self.threshold < 1:
            raise ValueError(f"threshold ({self.threshold:g}) must lie between 0 and 1, or be 'best'.")
        for name, text in self.policies.items():
            if name in CANDIDATES or not name.isidentifier():
                raise ValueError(
                    f"policies: '{name}' cannot be the name of a policy. Choose letters, digits and '_', and none of "
                    f"{', '.join(CANDIDATES)}."
                )
            try:
                parse_policy(text, {})
            except PolicyError as error:
                raise ValueError(f"policies.{name}: {error}") from error
        return self

    @property
    def acted_on_from(self) -> float | None:
        """The threshold as a probability; None if it follows from costs that are not declared."""
        if isinstance(self.threshold, float):
            return self.threshold
        if self.costs is None:
            return None
        return self.costs.false_alarm / (self.costs.false_alarm + self.costs.missed)
