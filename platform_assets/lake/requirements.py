"""Conditions of a commit on snapshots, looked at on exactly the state that the catalog exchanges for the new one.

Expiring a snapshot does not move the current one, so Iceberg's own conditions do not notice it: a tag that was put on
the snapshot meanwhile would silently go with it, and a rollback to it would publish files that are being deleted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import ValidatableTableRequirement


class AssertSnapshots(ValidatableTableRequirement):  # type: ignore[misc]  # PyIceberg is untyped for mypy
    """The snapshots still exist and, if ``unnamed``, are neither current nor tagged."""

    type: Literal["assert-snapshots"] = "assert-snapshots"
    snapshot_ids: tuple[int, ...]
    unnamed: bool = False

    def validate(self, base_metadata: TableMetadata | None) -> None:
        """Raise CommitFailedException if it does not hold."""
        wanted = set(self.snapshot_ids)
        existing = {snapshot.snapshot_id for snapshot in base_metadata.snapshots} if base_metadata else set()
        if not wanted <= existing:
            raise CommitFailedException(f"Snapshots {sorted(wanted - existing)} expired meanwhile")
        named = {ref.snapshot_id for ref in base_metadata.refs.values()} if base_metadata and self.unnamed else set()
        if wanted & named:
            raise CommitFailedException(f"Snapshots {sorted(wanted & named)} were named meanwhile")


def require_snapshots(transaction: Transaction, snapshot_ids: Collection[int], *, unnamed: bool = False) -> None:
    """Let ``transaction`` fail with CommitFailedException if its commit finds a snapshot gone or (``unnamed``) named.

    Iceberg's REST protocol has no such condition; it holds for catalogs that PyIceberg itself commits to: SQL and Glue.
    """
    condition = AssertSnapshots(snapshot_ids=tuple(snapshot_ids), unnamed=unnamed)
    # PyIceberg has no public door for a condition of one's own.
    transaction._requirements = (*transaction._requirements, condition)
