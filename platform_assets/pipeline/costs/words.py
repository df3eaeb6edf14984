"""Costs in words: amounts as people read them, and a month in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.pipeline.costs.month import MonthCosts


def amount(usd: Decimal | float) -> str:
    """Dollars as people read them: with cents below a thousand, in millions above one.

    Below ten cents it has two significant digits, so that small things are not called nothing.
    """
    value = float(usd)
    if value == 0:
        return "$0"
    if value >= 999_999.5:
        return f"${value / 1e6:,.2f}M"
    if value >= 999.995:
        return f"${value:,.0f}"
    if value >= 0.0995:
        return f"${value:.2f}"
    return f"${value:.2g}" if value >= 0.0001 else f"${value:.1e}"


def headline(month: MonthCosts) -> str:
    """What the month costs, and which asset most of it is."""
    parts = month.bills["asset"].parts
    if not parts:
        return f"Nothing was used in {month.month}."
    dearest = next(iter(parts))
    failed = f" Failed steps are {amount(month.failed)} of it." if month.failed else ""
    return f"{month.month} costs {amount(month.exact)}; most of it is {dearest}.{failed}"


def saving(month: MonthCosts) -> str:
    """What storage costs a month, and what retention saves of it."""
    before, after = (sum(each[side]["monthly_dollars"] for each in month.storage) for side in ("before", "after"))
    return (
        f"Tables cost {amount(before)} a month as they lie, and {amount(after)} once retention is carried out: "
        f"{amount(before - after)} less."
    )
