"""What personal columns change about a step: keys are asked for first, and no message may quote the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.compute.errors import JobFailed
from platform_assets.lake import Lake
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.personal.declaration import Hash, Tokenise
from platform_assets.quality.personal.errors import DetailsWithheld, VaultInLake
from platform_assets.quality.personal.views import has_personal_columns
from platform_assets.settings import load_secrets

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

READ = "platform_assets.quality.delivery:read_delivery"
READ_PROTECTED = "platform_assets.pipeline.personal:read_protected_delivery"


def reading_function(declaration: DatasetDeclaration) -> str:
    """The job function that reads a delivery of this dataset."""
    return READ_PROTECTED if has_personal_columns(declaration) else READ


def read_protected_delivery(
    session: SparkSession,
    declaration: dict[str, Any],
    path: str,
    header: list[str],
    window: dict[str, str] | None,
) -> DataFrame:
    """Rows of a delivered file with personal columns protected, see ``quality.delivery.read_delivery``.

    The keys come from the environment of the process that runs the job: a job is a message, and messages are kept.
    """
    from platform_assets.quality.delivery import read_delivery

    return read_delivery(session, declaration, path, header, window, load_secrets())


def require_protection(lake: Lake, declaration: DatasetDeclaration) -> None:
    """Make sure that every declared protection can be done, before anything is read.

    Raises:
        KeyMissing: an environment variable that a protection needs is not set.
        KeyUnfit: a key has not the form that it needs.
        VaultInLake: the vault lies within the lake.
        VaultUnavailable, WrongVaultKey: the vault cannot be opened.
    """
    secrets = load_secrets()
    for column in declaration.columns:
        what = f"{declaration.name}.{column.name}, declared to {column.personal.protect}," if column.personal else ""
        if isinstance(column.personal, Hash):
            secrets.require_hash_key(what)
        if isinstance(column.personal, Tokenise):
            from platform_assets.quality.personal.vault import opened

            access = secrets.require_vault(what)
            _require_apart(access.file, lake)
            opened(access)


def without_words(job: str, engine: str, error: JobFailed) -> JobFailed:
    """The failure of a job without the words of its cause: an engine may quote the row at which it failed."""
    return JobFailed(job, engine, DetailsWithheld(type(error.__cause__).__name__))


def _require_apart(vault: Path | None, lake: Lake) -> None:
    folder = Path(str(lake.warehouse))
    if vault is not None and vault.resolve().is_relative_to(folder.resolve()):
        raise VaultInLake(str(vault), str(folder))
