"""The daily account: records are folded, storage accrues, budgets are judged, and the month's report is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.learning.partitions import partition_of
from platform_assets.pipeline.costs.budgets import declared_budgets, record_budget_alerts
from platform_assets.pipeline.costs.fold import add_costs, fold_usage
from platform_assets.pipeline.costs.month import MonthCosts, read_month
from platform_assets.pipeline.costs.storage import storage_records
from platform_assets.pipeline.retention import declared_policies, plan_tables
from platform_assets.pipeline.retention_summary import plan_figures, price_list

if TYPE_CHECKING:
    from platform_assets.compute.cost.record import UsageRecord
    from platform_assets.lake import Lake
    from platform_assets.pipeline.product import Product

# A month's last day is known in the next, and a daily run may fail.
SETTLED_AFTER = timedelta(days=3)


def account(
    lake: Lake,
    products: Sequence[Product],
    reports: Path,
    now: datetime,
    run_id: str,
    forgotten: Callable[[], Iterable[UsageRecord]] = tuple,
) -> MonthCosts:
    """Bring the cost table up to ``now`` and report its month; a second call at once adds nothing.

    In the first days of a month the one before is judged and reported too, before it, as its last day is known now.

    Args:
        forgotten: looks for use that is in no record, once those that wait are folded.

    Raises:
        UsageNotReadable: a record of use is damaged.
        LakeError: the lake does not do what is asked.
    """
    fold_usage(lake, run_id)
    add_costs(lake, list(forgotten()), run_id)
    plans, prices = list(plan_tables(lake, declared_policies(products), now)), price_list(lake)
    add_costs(lake, list(storage_records(lake, plans, prices, products, now, run_id)), run_id)
    storage = [plan_figures(plan, prices) for plan in plans]
    months = sorted({partition_of(now - SETTLED_AFTER), partition_of(now)})
    costs = [read_month(lake, month, declared_budgets(products), storage) for month in months]
    record_budget_alerts(lake, [finding for each in costs for finding in each.budgets], now, run_id)
    return [write_report(each, reports) for each in costs][-1]


def storage_figures(lake: Lake, products: Sequence[Product], now: datetime) -> list[dict[str, Any]]:
    """Bytes and dollars a month of every table, now and once retention is carried out."""
    prices = price_list(lake)
    return [plan_figures(plan, prices) for plan in plan_tables(lake, declared_policies(products), now)]


def write_report(month: MonthCosts, reports: Path) -> MonthCosts:
    """Write the month's HTML report; returns the costs with its path."""
    from platform_assets.pipeline.costs.html import month_html

    file = reports / "costs" / f"{month.month}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(month_html(month), encoding="utf-8")
    return dataclasses.replace(month, html=file)
