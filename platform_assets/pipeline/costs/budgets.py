"""Budgets of all products, judged on the costs of a month, and the alerts that begin and end with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from platform_assets.compute.cost.budget import Budget, BudgetFinding, judge_budget
from platform_assets.quality.alert import Alert, Sighting, Watch

if TYPE_CHECKING:
    from platform_assets.compute.cost.bill import CostItem
    from platform_assets.lake import Lake
    from platform_assets.pipeline.product import Product

#: The asset on which budgets are checked.
COSTS_ASSET = "platform_costs"


def declared_budgets(products: Iterable[Product]) -> list[Budget]:
    """Every declared budget, product by product."""
    return [Budget(product.name, declared) for product in products for declared in product.budgets.values()]


def nearly_check(budget: Budget) -> str:
    """Name of the check that warns in time."""
    return f"{budget.product}_{budget.declared.name}_not_nearly_spent"


def kept_check(budget: Budget) -> str:
    """Name of the check that the budget is kept."""
    return f"{budget.product}_{budget.declared.name}_kept"


def judge_budgets(budgets: Iterable[Budget], month: str, items: Sequence[CostItem]) -> list[BudgetFinding]:
    """What a month's costs say of each budget."""
    return [judge_budget(budget, month, items) for budget in budgets]


def record_budget_alerts(lake: Lake, findings: Iterable[BudgetFinding], seen: datetime, run_id: str) -> list[Alert]:
    """Keep ``platform.alerts``: a row when a budget is nearly spent, another when it is exceeded.

    Both end when a later month keeps it. Returns the alerts that began or ended.

    Args:
        findings: of one month or of several, oldest first.
    """
    from platform_assets.pipeline.alerts import record_sightings

    sightings: dict[Watch, list[Sighting]] = {}
    for finding in findings:
        budget = finding.budget
        for rule, breached in (
            (nearly_check(budget), finding.verdict != "kept"),
            (kept_check(budget), finding.verdict == "exceeded"),
        ):
            watch = Watch(COSTS_ASSET, rule, budget.declared.owner, "alert", cool_down_partitions=0)
            sightings.setdefault(watch, []).append(Sighting(finding.month, breached, finding.message, seen))
    return record_sightings(lake, sightings, run_id)
