"""Tables as a command line names them: an asset's name stands for its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from platform_assets.lake import Lake
    from platform_assets.lake.versions import Versions


def open_versions(table: str) -> tuple[Lake, Versions]:
    """The lake of this deployment, and the versions of a table that exists."""
    from platform_assets.notebook import open_lake

    lake = open_lake()
    return lake, lake.versions(full_name(table))


def full_name(table: str) -> str:
    """The full name of a table; ``flights`` is the asset's, ``flight_delay.flights`` is its own."""
    from platform_assets.components.tables import contracts

    if "." in table:
        return table
    full = [name for name in contracts() if name.endswith(f".{table}")]
    if len(full) != 1:
        known = ", ".join(sorted(name.split(".", 1)[1] for name in contracts()))
        raise click.BadParameter(f"no asset has a table '{table}'. Choose one of: {known}; or write the full name.")
    return full[0]


def keys_of(table: str) -> list[str]:
    """The columns that identify a row, from the contract of the table's asset."""
    from platform_assets.components.tables import contracts

    contract = contracts().get(table)
    if contract is None:
        raise click.UsageError(f"'{table}' has no contract that names its keys. Name them with --key.")
    return contract.keys


def require_columns(versions: Versions, columns: str | None) -> list[str] | None:
    """Columns named with commas between them; None for all of them."""
    if columns is None:
        return None
    chosen = [column.strip() for column in columns.split(",")]
    unknown = [column for column in chosen if column not in versions.columns]
    if unknown:
        known = ", ".join(versions.columns)
        raise click.BadParameter(f"{', '.join(unknown)}: no column of {versions.name}. Choose from: {known}.")
    return chosen
