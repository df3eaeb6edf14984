"""A month's costs as Markdown, for Dagster's own pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from platform_assets.pipeline.costs.words import amount, headline, saving

if TYPE_CHECKING:
    from platform_assets.pipeline.costs.month import MonthCosts


def month_markdown(month: MonthCosts) -> str:
    """Tables by dimension, of trainings, budgets and storage."""
    parts = [f"**{headline(month)}**"]
    for dimension, bill in month.bills.items():
        rows = [(key, f"{bill.parts[key]:,.2f}", f"{usd:,.6f}") for key, usd in bill.exact.items()]
        parts += _table(dimension, ("USD", "exactly"), [*rows, ("total", f"{bill.total:,.2f}", f"{month.exact:,.6f}")])
    trained = [(each.version, amount(each.usd), f"{each.cpu_seconds:,.1f}") for each in month.trainings]
    parts += _table("model version", ("training", "CPU seconds"), trained)
    budgets = [(each.budget.declared.name, each.verdict.replace("_", " "), each.message) for each in month.budgets]
    parts += _table("budget", ("verdict", "spent"), budgets)
    parts += [saving(month)] if month.storage else []
    parts += [f"Without a known price: {each}" for each in month.unpriced]
    return "\n\n".join(parts)


def _table(first: str, others: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = f"| {first} | {' | '.join(others)} |"
    return ["\n".join([head, "|---|" + "---:|" * len(others), *lines])] if lines else []
