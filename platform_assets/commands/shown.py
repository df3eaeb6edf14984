"""How commands answer: rows as a table or as JSON, and a user's mistake as one sentence."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import click

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
# Width of a table that nobody looks at in a terminal.
WIDE = 200


def told(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """A command that says what a user can correct, without a traceback."""

    @functools.wraps(command)
    def wrapped(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        from platform_assets.compute.cost.errors import CostError
        from platform_assets.compute.prices.errors import PriceError
        from platform_assets.compute.spot.errors import PlanImpossible
        from platform_assets.lake.errors import LakeError
        from platform_assets.settings import SettingsError

        try:
            return command(*arguments, **named)
        except (CostError, LakeError, PlanImpossible, PriceError, SettingsError) as error:
            raise click.ClickException(str(error)) from error

    return wrapped


def print_json(value: Any) -> None:
    """Print a value as JSON; times and other values without a form in JSON as text."""
    click.echo(json.dumps(value, indent=2, default=str))


def print_rows(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows as a table; columns that no row has a value for are left out."""
    from rich.console import Console
    from rich.table import Table

    names = list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, [])))
    click.echo(title)
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
