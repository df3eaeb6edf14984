"""``platform model``: versions of a model, what tells them apart, and who is in charge."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from platform_assets.commands.shown import print_json, print_rows

if TYPE_CHECKING:
    from platform_assets.pipeline import Product, Workspace
    from platform_assets.pipeline.promotion import Promotion


@click.group()
def model() -> None:
    """Versions of a model: list and compare them, promote one, roll back, write cards."""


in_json = click.option("--json", "in_json", is_flag=True, help="Print JSON instead of a table.")
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; recorded with the decision.")
who_option = click.option("--who", required=True, metavar="NAME", help="Who decides; recorded with the decision.")


@model.command("list")
@click.argument("name", metavar="MODEL")
@in_json
def list_(name: str, in_json: bool) -> None:
    """The versions of MODEL, with their figures, aliases and promotions."""
    from platform_assets.commands.model_tables import version_row

    with opened(name) as (workspace, _):
        rows = [version_row(info) for info in workspace.registry(name).versions()]
    if not rows and not in_json:
        raise click.ClickException(f"model '{name}' was never trained. Materialise {name}_model for a partition first.")
    print_json(rows) if in_json else print_rows(f"{name}: {len(rows)} versions", rows)


@model.command()
@click.argument("name", metavar="MODEL")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@in_json
def compare(name: str, first: str, second: str, in_json: bool) -> None:
    """Compare versions A and B of MODEL: figures on the same rows if there are any, parameters, data, libraries.

    A and B are numbers of versions, or aliases: champion, challenger, candidate.
    """
    from platform_assets.commands.model_tables import pages
    from platform_assets.pipeline.comparison import compare_versions

    with opened(name) as (workspace, product):
        numbers = [_version(workspace, name, each) for each in (first, second)]
        found = compare_versions(workspace, product, name, numbers[0], numbers[1])
    if in_json:
        print_json(found.model_dump(mode="json"))
        return
    for title, rows in pages(found):
        print_rows(title, rows)


@model.command()
@click.argument("name", metavar="MODEL")
@click.argument("version", metavar="VERSION")
@who_option
@reason_option
def promote(name: str, version: str, who: str, reason: str) -> None:
    """Make VERSION of MODEL the champion, by a person's decision; if gates refused it, that is on record."""
    from platform_assets.pipeline.promotion import promote_version
    from platform_assets.pipeline.quarantine import Decision

    with opened(name) as (workspace, product):
        number = _version(workspace, name, version)
        done = promote_version(workspace, product, name, number, Decision(who, reason))
        _tell(product, name, done)
    against = ", although gates had refused it" if done.override else ""
    click.echo(f"Version {done.version} of {name} is champion{against}. {_from_now_on(done.predicts_from)}")


@model.command()
@click.argument("name", metavar="MODEL")
@who_option
@reason_option
def rollback(name: str, who: str, reason: str) -> None:
    """Put the champion before the present one of MODEL in charge again."""
    from platform_assets.pipeline.promotion import roll_back_champion
    from platform_assets.pipeline.quarantine import Decision

    with opened(name) as (workspace, product):
        done = roll_back_champion(workspace, product, name, Decision(who, reason))
        _tell(product, name, done)
    click.echo(f"Version {done.version} of {name} is champion again. {_from_now_on(done.predicts_from)}")


@model.command()
@click.argument("name", metavar="MODEL")
@click.argument("version", metavar="[VERSION]", default="champion")
@click.option("--markdown", is_flag=True, help="Print the card instead of where its page lies.")
def card(name: str, version: str, markdown: bool) -> None:
    """Write the card of VERSION of MODEL as it stands today: what it is for, made of, how good, and since."""
    from platform_assets.pipeline.model_card import write_model_card

    with opened(name) as (workspace, product):
        written = write_model_card(workspace, product, name, _version(workspace, name, version))
    click.echo(written.markdown if markdown else f"The card lies at {written.html}")


@contextlib.contextmanager
def opened(name: str) -> Iterator[tuple[Workspace, Product]]:
    """The workspace and the product that declares a model; errors that a user can cause become one line."""
    from platform_assets.lake.errors import LakeError
    from platform_assets.learning.errors import LearningError
    from platform_assets.notebook import open_workspace
    from platform_assets.pipeline.product import DeclarationError, all_products
    from platform_assets.settings import SettingsError

    try:
        models = {each: product for product in all_products() for each in product.models}
        if name not in models:
            raise click.BadParameter(
                f"no product declares a model '{name}'. Choose one of: {', '.join(sorted(models))}.", param_hint="MODEL"
            )
        yield open_workspace().for_run("command line"), models[name]
    except (DeclarationError, LakeError, LearningError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


def _version(workspace: Workspace, name: str, given: str) -> int:
    """A version by its number or alias."""
    if given.isdecimal():
        return int(given)
    versions = workspace.registry(name).versions()
    aliases = {alias: info.version for info in versions for alias in info.aliases}
    if given not in aliases:
        known = ", ".join([*aliases, *(str(info.version) for info in versions)]) or "none"
        raise click.BadParameter(f"model '{name}' has no version '{given}'. Choose one of: {known}.")
    return aliases[given]


def _tell(product: Product, name: str, done: Promotion) -> None:
    import dagster as dg

    from platform_assets.automation.promoted import tell_promotion
    from platform_assets.settings import dagster_home

    with dg.DagsterInstance.from_config(str(dagster_home())) as instance:
        tell_promotion(instance, product.models[name], done)


def _from_now_on(partition: str) -> str:
    return f"It predicts from {partition} on; Dagster knows. What was predicted before stays as it is."
