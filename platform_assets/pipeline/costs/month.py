"""What one month costs, from every side that a person looks at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from platform_assets.compute.cost.bill import Bill, CostItem, Dimension, bill, spent
from platform_assets.compute.cost.budget import Budget, BudgetFinding
from platform_assets.compute.cost.errors import MonthNotKnown
from platform_assets.lake.partitions import Window, month_window
from platform_assets.learning.partitions import between, offset, partition_of
from platform_assets.pipeline.costs.budgets import judge_budgets
from platform_assets.pipeline.costs.table import TIME, read_costs

if TYPE_CHECKING:
    from platform_assets.lake import Lake

MONTHS_SHOWN = 12
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)


@dataclass(frozen=True)
class Training:
    """A model version and what its training cost."""

    version: str
    cpu_seconds: float
    usd: Decimal


@dataclass(frozen=True)
class MonthCosts:
    """The costs of a month.

    Attributes:
        total: to the cent.
        exact: to a billionth.
        bills: by dimension; each adds up to ``total``.
        history: exact dollars of each month, the last one this, oldest first.
        trainings: model versions that were trained in it, newest first.
        unpriced: what was used without a known price.
        storage: a table's bytes and dollars a month, now and once retention is carried out; empty if nobody looked.
        html: where the report is, if one was written.
    """

    month: str
    total: Decimal
    exact: Decimal
    bills: Mapping[Dimension, Bill]
    history: Mapping[str, Decimal]
    trainings: Sequence[Training]
    budgets: Sequence[BudgetFinding]
    unpriced: Sequence[str]
    failed: Decimal
    storage: Sequence[Mapping[str, Any]] = ()
    html: Path | None = None


def window_of(month: str) -> Window:
    """The costs of a month; raises MonthNotKnown."""
    try:
        return month_window(month, TIME)
    except ValueError:
        raise MonthNotKnown(month) from None


def read_month(
    lake: Lake, month: str, budgets: Sequence[Budget], storage: Sequence[Mapping[str, Any]] = ()
) -> MonthCosts:
    """The costs of ``month`` (YYYY-MM, UTC) as the cost table has them; raises MonthNotKnown."""
    window = window_of(month)
    shown = between(offset(month, 1 - MONTHS_SHOWN), month)
    items = read_costs(lake, Window(TIME, window_of(shown[0]).start, window.end))
    by_month: dict[str, list[CostItem]] = {each: [] for each in shown}
    for item in items:
        by_month[partition_of(item.ended)].append(item)
    return _of_items(
        month, by_month[month], _history(by_month), judge_budgets(budgets, month, by_month[month]), storage
    )


def _of_items(
    month: str,
    items: Sequence[CostItem],
    history: Mapping[str, Decimal],
    budgets: Sequence[BudgetFinding],
    storage: Sequence[Mapping[str, Any]],
) -> MonthCosts:
    bills = {dimension: bill(items, dimension) for dimension in DIMENSIONS}
    return MonthCosts(
        month=month,
        total=bills["asset"].total,
        exact=spent(items),
        bills=bills,
        history=history,
        trainings=_trainings(items),
        budgets=budgets,
        unpriced=sorted({f"{item.resource}: {item.detail}" for item in items if item.kind == "unpriced"}),
        failed=spent(item for item in items if item.outcome == "failed"),
        storage=storage,
    )


def _history(by_month: Mapping[str, Sequence[CostItem]]) -> dict[str, Decimal]:
    """From the first month that cost anything on."""
    sums = {month: spent(items) for month, items in by_month.items()}
    first = next((month for month, items in by_month.items() if items), max(by_month))
    return {month: usd for month, usd in sums.items() if month >= first}


def _trainings(items: Sequence[CostItem]) -> list[Training]:
    versions: dict[tuple[str, int], list[CostItem]] = {}
    for item in items:
        if item.to.model is not None and item.to.model_version is not None:
            versions.setdefault((item.to.model, item.to.model_version), []).append(item)
    return [
        Training(
            f"{model}@{version}",
            sum(item.quantity for item in borne if item.kind == "cpu"),
            spent(borne),
        )
        for (model, version), borne in sorted(versions.items(), reverse=True)
    ]
