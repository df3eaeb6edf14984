"""A product's history under several retraining policies: what the terminal shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from platform_assets.commands.demo import deliver_and_process, refuse_other_months, shown_path
from platform_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from platform_assets.learning.backtest.policy import ComparedPolicy
    from platform_assets.pipeline import Product, Workspace
    from platform_assets.pipeline.backtest.run import Backtest
    from platform_assets.pipeline.product import MonitoredModelDeclaration


def backtest(
    settings: Settings, product_name: str, model_name: str | None, written: str, until: str | None, console: Console
) -> None:
    """Run the history of a product's model under the policies and show which was worth it."""
    from platform_assets.learning.errors import LearningError
    from platform_assets.pipeline.backtest.run import chosen_model, compared_policies
    from platform_assets.pipeline.product import DeclarationError, load_product

    try:
        product = load_product(product_name)
        model = chosen_model(product, model_name)
        policies = compared_policies(model, written)
        _refuse_no_month(until)
        done = _run(settings, product, model, policies, until, console)
    except (DeclarationError, LearningError) as error:
        raise click.ClickException(str(error)) from error
    _show(done, settings, console)


def _run(
    settings: Settings,
    product: Product,
    model: MonitoredModelDeclaration,
    policies: Sequence[ComparedPolicy],
    until: str | None,
    console: Console,
) -> Backtest:
    from platform_assets.notebook import open_workspace
    from platform_assets.pipeline.backtest.run import run_backtest

    _make_missing_history(settings, open_workspace(settings), product, model, until, console)
    workspace = open_workspace(settings)
    with _progress(console, len(policies)) as tell:
        return run_backtest(workspace, product, model, policies, workspace.backtests, until, tell)


def _make_missing_history(
    settings: Settings,
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    until: str | None,
    console: Console,
) -> None:
    """The demo's history can be made at once; other products' comes from their own deliveries."""
    from platform_assets.pipeline.backtest.published import has_history
    from platform_assets.replay.run import DEMO_PRODUCT

    if product.name != DEMO_PRODUCT or has_history(workspace, product, model, until):
        return
    refuse_other_months(until)
    console.print("The lake does not hold this history yet, so the demo is replayed first (minutes).")
    deliver_and_process(settings, until, console)


def _refuse_no_month(until: str | None) -> None:
    from platform_assets.learning.partitions import ordinal

    if until is None:
        return
    try:
        ordinal(until)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--until") from error


@contextmanager
def _progress(console: Console, policies: int) -> Iterator[Callable[[str], None]]:
    with console.status(f"{policies} policies side by side") as status:
        yield lambda partition: status.update(f"{policies} policies side by side: {partition}")


def _show(done: Backtest, settings: Settings, console: Console) -> None:
    from platform_assets.learning.backtest.answer import answer
    from platform_assets.learning.backtest.tables import month_rows, policy_rows
    from platform_assets.pipeline.backtest.publish import facts, publish_backtest

    currency = done.declared.currency
    title = f"{done.model}, {done.first} to {done.last}: AUC by month (* retrained, (*) refused by a gate)"
    console.print(_table(title, month_rows(done.outcomes)))
    console.print(_table("Policies", policy_rows(done.outcomes, currency)))
    for sentence in answer(done.outcomes, currency):
        console.print(sentence, highlight=False)
    console.print()
    for name, words in facts(done).items():
        console.print(f"[bold]{name}[/]: {words}", highlight=False)
    console.print(f"[bold]Took[/]: {done.cpu_seconds:.0f} s of CPU, {done.seconds:.0f} s on the clock", highlight=False)
    files = publish_backtest(done, settings.reports)
    for what, path in (("report", files.html), ("chart", files.svg), ("JSON", files.json)):
        console.print(f"[bold]{what}[/]: {shown_path(path)}", soft_wrap=True, highlight=False)


def _table(title: str, rows: Sequence[dict[str, str]]) -> object:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for place, name in enumerate(rows[0]):
        table.add_column(name, justify="right" if place else "left", overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    return table
