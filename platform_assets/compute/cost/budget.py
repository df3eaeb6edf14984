"""Budgets: what an asset, an owner or a product may cost a month, and how much of it is spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from platform_assets.compute.cost.bill import CostItem

Verdict = Literal["kept", "nearly_spent", "exceeded"]


class BudgetDeclaration(BaseModel):
    """What something may cost in a calendar month (UTC); with neither asset nor for_owner: the whole product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the budget and of its asset checks.")
    owner: str = Field(description="Who is told, as in team:data-science.")
    usd_a_month: Decimal = Field(gt=0, description="US dollars that a calendar month (UTC) may cost.")
    warn_at: float = Field(default=0.8, gt=0, le=1, description="Share of it from which on its owner is warned.")
    asset: str | None = Field(default=None, description="Only this asset of the product.")
    for_owner: str | None = Field(default=None, description="Only assets of this owner, as in team:data-science.")


@dataclass(frozen=True)
class Budget:
    """A declared budget of a product."""

    product: str
    declared: BudgetDeclaration

    @property
    def in_words(self) -> str:
        """What it is for."""
        parts = [f"asset {self.declared.asset} of"] if self.declared.asset else []
        parts += [f"what {self.declared.for_owner} owns in"] if self.declared.for_owner else []
        return " ".join([*parts, f"product {self.product}"])

    def covers(self, item: CostItem) -> bool:
        """Whether a cost counts for it."""
        wanted = (self.product, self.declared.asset, self.declared.for_owner)
        found = (item.to.product, item.to.asset, item.to.owner)
        return all(want is None or want == has for want, has in zip(wanted, found, strict=True))


@dataclass(frozen=True)
class BudgetFinding:
    """How much of a budget a month has spent (exact dollars)."""

    budget: Budget
    month: str
    spent: Decimal

    @property
    def share(self) -> float:
        """Spent part, 1 for all of it."""
        return float(self.spent / self.budget.declared.usd_a_month)

    @property
    def verdict(self) -> Verdict:
        """Whether it is kept, nearly spent (from ``warn_at`` on), or exceeded."""
        if self.spent > self.budget.declared.usd_a_month:
            return "exceeded"
        return "nearly_spent" if self.share >= self.budget.declared.warn_at else "kept"

    @property
    def message(self) -> str:
        """The finding in words."""
        declared = self.budget.declared
        return (
            f"{self.month}: {self.spent:,.2f} of {declared.usd_a_month:,} USD spent ({self.share:.0%}); "
            f"{declared.owner} is warned from {declared.warn_at:.0%} on."
        )


def judge_budget(budget: Budget, month: str, items: Iterable[CostItem]) -> BudgetFinding:
    """What a budget's part of a month's costs says."""
    from platform_assets.compute.cost.bill import spent

    return BudgetFinding(budget, month, spent(item for item in items if budget.covers(item)))
