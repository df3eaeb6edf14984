"""``platform cost``: what a month costs, and its report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

import click

from platform_assets.commands.shown import print_json, print_rows, told
from platform_assets.compute.cost.bill import Dimension

if TYPE_CHECKING:
    from platform_assets.compute.cost.bill import Bill
    from platform_assets.pipeline.costs.month import MonthCosts

_month = click.option("--month", metavar="YYYY-MM", help="Month (UTC); by default this one.")


@click.group()
def cost() -> None:
    """What assets, owners, products and model versions cost a month; see docs/guides/costs.md."""


@cost.command()
@_month
@click.option(
    "--by", type=click.Choice(get_args(Dimension)), default="asset", show_default=True, help="What to add up."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@told
def show(month: str | None, by: Dimension, as_json: bool) -> None:
    """Print a month's bill; its parts add up to it to the cent."""
    costs = _folded(month, with_storage=False)
    bill = costs.bills[by]
    if as_json:
        print_json({"month": costs.month, "by": by, "total": str(bill.total), "parts": _parts(bill)})
        return
    rows = [{str(by): key, "USD": cents, "exactly": exact} for key, (cents, exact) in _parts(bill).items()]
    print_rows(f"{costs.month}: {bill.total:,.2f} USD", rows)
    for finding in costs.budgets:
        click.echo(f"budget {finding.budget.declared.name} ({finding.budget.in_words}): {finding.message}")
    for each in costs.unpriced:
        click.echo(f"without a known price: {each}")


@cost.command()
@_month
@told
def report(month: str | None) -> None:
    """Write a month's report as an HTML file, with plot, budgets and what retention saves."""
    from platform_assets.pipeline.costs.daily import write_report
    from platform_assets.pipeline.costs.words import headline
    from platform_assets.settings import load_settings

    costs = write_report(_folded(month, with_storage=True), load_settings().reports)
    click.echo(f"{headline(costs)}\n{costs.html}")


def _folded(month: str | None, *, with_storage: bool) -> MonthCosts:
    """The month's costs, once everything that was recorded until now is counted."""
    from platform_assets.notebook import open_lake
    from platform_assets.pipeline.costs.budgets import declared_budgets
    from platform_assets.pipeline.costs.daily import storage_figures
    from platform_assets.pipeline.costs.fold import fold_usage
    from platform_assets.pipeline.costs.month import read_month, window_of
    from platform_assets.pipeline.product import all_products

    now, lake, products = datetime.now(UTC), open_lake(), all_products()
    chosen = month or f"{now:%Y-%m}"
    window_of(chosen)
    fold_usage(lake, "interactive")
    storage = storage_figures(lake, products, now) if with_storage else []
    return read_month(lake, chosen, declared_budgets(products), storage)


def _parts(bill: Bill) -> dict[str, tuple[str, str]]:
    return {key: (f"{cents:.2f}", f"{bill.exact[key]:f}") for key, cents in bill.parts.items()}
