"""``platform explain``: where one prediction comes from, down to source files, code and contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from platform_assets.commands.models import product_of, told_of_models
from platform_assets.commands.shown import print_json, told

if TYPE_CHECKING:
    from platform_assets.lake.versions import AsOf
    from platform_assets.pipeline.explain import Question


@click.command()
@click.argument("model")
@click.option("--partition", metavar="YYYY-MM", help="Partition of the prediction, with --key.")
@click.option("--key", metavar="COLUMN=VALUE,...", help="Keys of the prediction, with --partition; times are UTC.")
@click.option(
    "--prediction", "identifier", metavar="ID", help="The prediction's id, in place of --partition and --key."
)
@click.option(
    "--as-of",
    help="Version of the predictions to look in: a snapshot, a tag, or a time such as 2026-01-31T12:00 (UTC). By "
    "default the current one; with --prediction any that has it.",
)
@click.option("--json", "in_json", is_flag=True, help="Print the same as JSON.")
@told
@told_of_models
def explain(
    model: str, partition: str | None, key: str | None, identifier: str | None, as_of: str | None, in_json: bool
) -> None:
    """Show where one prediction of MODEL comes from.

    The chain leads from the prediction to the model version, its training run and training set, to the feature row,
    the rows of every dataset behind it, the source files with checksums, code commits and contract versions; and it
    says what each feature contributed. Everything is read as it was when the prediction was made.
    """
    from platform_assets.notebook import open_workspace
    from platform_assets.pipeline.explain import explain as look

    product = product_of(model)
    question = _question(partition, key, identifier, _version(as_of))
    found = look(open_workspace(), product, model, question)
    if in_json:
        print_json(found.as_json())
        return
    from platform_assets.commands.chain_tree import print_chain

    print_chain(found)


def _version(as_of: str | None) -> AsOf | None:
    from platform_assets.lake.versions import as_version

    return None if as_of is None else as_version(as_of)


def _question(partition: str | None, key: str | None, identifier: str | None, as_of: AsOf | None) -> Question:
    from platform_assets.pipeline.explain import by_id, by_key

    if identifier is not None and partition is None and key is None:
        return by_id(identifier, as_of)
    if partition is not None and key is not None and identifier is None:
        return by_key(partition, key, as_of)
    raise click.UsageError("say which prediction: either --partition and --key, or --prediction.")
