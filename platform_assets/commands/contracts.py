"""``platform contracts``: what is promised, what was, and whether the next publish may keep it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from platform_assets.lake import Lake
    from platform_assets.pipeline.contracts import ContractState
    from platform_assets.quality.contract import Contract


@click.group()
def contracts() -> None:
    """Contracts: check declared changes before they are deployed, and see what was published under which version."""


@contracts.command()
def check() -> None:
    """Compare every declared contract with the one its table was published under; fail if one is refused.

    Expectations are checked too: that each exists or can be imported, and accepts its arguments.
    """
    from platform_assets.pipeline.contracts import contract_states
    from platform_assets.pipeline.product import DeclarationError, all_products

    try:
        products = all_products()
        states = [state for product in products for state in contract_states(_lake(), product)]
    except DeclarationError as error:
        raise click.ClickException(str(error)) from error
    changed = [state for state in states if state.changes]
    for state in changed:
        _tell(state)
    new = sum(state.recorded is None for state in states)
    click.echo(f"{len(states)} contracts: {len(changed)} changed, {new} not published yet.")
    _require_expectations([state.declared for state in states])
    refused = [state.table for state in states if state.refused]
    if refused:
        raise click.ClickException(f"nothing can be published to {', '.join(refused)} until that is corrected.")


@contracts.command()
@click.argument("table", metavar="PRODUCT.TABLE")
@click.option("--json", "as_json", is_flag=True, help="Print the contract as it is recorded.")
def show(table: str, as_json: bool) -> None:
    """Show the contract that TABLE was last published under."""
    from platform_assets.quality.recorded_contract import contract_text

    contract = _recorded(table)
    if as_json:
        click.echo(json.dumps(json.loads(contract_text(contract)), indent=2, ensure_ascii=False))
        return
    click.echo(f"{table}, contract version {contract.version}: {contract.description}")
    click.echo(f"owner: {contract.owner}; told of changes: {', '.join(contract.notify) or 'the owner'}")
    if contract.deprecation:
        click.echo(contract.deprecation.in_words(contract.name))
    click.echo(f"keys: {', '.join(contract.keys)}")
    width = max(len(column.name) for column in contract.columns)
    for column in contract.columns:
        missing = "" if column.nullable and column.name not in contract.keys else ", never missing"
        ended = f" Deprecated: {column.deprecated}" if column.deprecated else ""
        click.echo(f"  {column.name:<{width}}  {column.type}{missing}: {column.description}{ended}")


@contracts.command()
@click.argument("table", metavar="PRODUCT.TABLE")
def history(table: str) -> None:
    """Show the contract versions under which TABLE was published, oldest first."""
    from platform_assets.lake.errors import TableNotFound
    from platform_assets.pipeline.contracts import contract_history

    contract = _recorded(table)
    said = {entry.version: entry.change for entry in contract.changelog}
    try:
        versions = contract_history(_lake(), table)
    except TableNotFound as error:
        raise click.ClickException(str(error)) from error
    for recorded in versions:
        words = said.get(recorded.version, "first version" if recorded.version == 1 else "")
        click.echo(
            f"version {recorded.version}, first published {recorded.recorded_at} by run {recorded.run_id}: {words}"
        )
        for change in recorded.changes:
            click.echo(f"  {change}")


def _require_expectations(contracts: list[Contract]) -> None:
    if not any(contract.expectations for contract in contracts):
        return
    from platform_assets.quality.expectations.resolving import problems

    found = [f"{contract.name}: {problem}" for contract in contracts for problem in problems(contract.expectations)]
    if found:
        raise click.ClickException("\n".join(found))


def _tell(state: ContractState) -> None:
    click.echo(
        f"{state.table} (version {state.recorded.version if state.recorded else '-'} to {state.declared.version})"
    )
    for change in state.changes:
        click.echo(f"  {'accepted' if change.accepted else 'REFUSED'}: {change}")
    click.echo(f"  to be told: {', '.join([state.declared.owner, *state.declared.notify])}")


def _recorded(table: str) -> Contract:
    from platform_assets.lake.errors import LakeError
    from platform_assets.pipeline.contracts import recorded_contract
    from platform_assets.quality.errors import ContractRefused

    try:
        contract = recorded_contract(_lake(), table) if "." in table else None
    except (LakeError, ContractRefused) as error:
        raise click.ClickException(str(error)) from error
    if contract is None:
        raise click.ClickException(
            f"no contract is recorded for '{table}': nothing was published under one. Materialise its asset first, or "
            "write the name as product.table, as in flight_delay.flights."
        )
    return contract


def _lake() -> Lake:
    from platform_assets.notebook import open_workspace

    return open_workspace().lake
