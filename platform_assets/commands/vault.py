"""``platform vault``: keys, and the values behind tokens for those who hold the vault's key."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from platform_assets.quality.personal.vault import Vault


@click.group()
def vault() -> None:
    """Look up what tokens stand for, see who did, and make keys."""


@vault.command("new-key")
def new_key() -> None:
    """Print a random key, for PLATFORM_HASH_KEY or PLATFORM_VAULT_KEY; keep it where keys are kept."""
    from platform_assets.quality.personal.sealing import new_key

    click.echo(new_key())


@vault.command()
@click.argument("token")
@click.option("--reason", required=True, help="Why you need to see it; kept in the vault's log.")
@click.option("--who", default=getpass.getuser, show_default="the user of this system", help="Who looks.")
def reveal(token: str, reason: str, who: str) -> None:
    """Print the value that TOKEN stands for; that you looked is recorded first."""
    from platform_assets.quality.personal.errors import PersonalDataError

    if not reason.strip():
        raise click.BadParameter("say in a few words why you need to see it.", param_hint="--reason")
    try:
        click.echo(_vault().reveal(token, who, reason.strip()))
    except PersonalDataError as error:
        raise click.ClickException(str(error)) from error


@vault.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
def log(as_json: bool) -> None:
    """List who looked up which token, when and why, the latest first."""
    from platform_assets.quality.personal.errors import PersonalDataError

    try:
        looks = _vault().looks()
    except PersonalDataError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps([vars(look) for look in looks], indent=2))
        return
    for look in looks:
        known = "" if look.known else "  (unknown token)"
        click.echo(f"{look.at}  {look.who}  {look.token}  {look.reason}{known}")
    if not looks:
        click.echo("Nobody looked yet.")


def _vault() -> Vault:
    from platform_assets.quality.personal.vault import opened
    from platform_assets.settings import load_secrets

    return opened(load_secrets().require_vault("The vault"))
