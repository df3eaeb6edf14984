"""The only door by which rows become visible: one atomic Iceberg commit of files that were staged and audited."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.lake.errors import PublishConflict

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from platform_assets.lake.partitions import Scope

MAX_ATTEMPTS = 40
PROPERTY_PREFIX = "platform."


@dataclass(frozen=True)
class Publication:
    """What a publish made visible; ``snapshot_id`` is the data version."""

    table: str
    snapshot_id: int
    files: int
    rows: int
    bytes: int


def publish_files(
    table: Table, name: str, scope: Scope, files: Sequence[str], properties: Mapping[str, str]
) -> Publication:
    """Replace the rows of ``scope`` by the rows of ``files`` in one commit.

    The delete is planned on exactly the snapshot that the commit requires to be current. Losing a race therefore means
    planning again, never publishing beside rows that another writer made visible in between; PyIceberg's own retry is
    switched off on the table for that reason. Readers see the state before or the state after, nothing else.

    Args:
        table: the Iceberg table.
        name: its name in messages.
        scope: the rows to replace.
        files: Parquet files, each within one partition; an empty list empties the scope.
        properties: provenance, stored on the snapshot under the prefix ``platform.``.
    """
    from pyiceberg.exceptions import CommitFailedException

    for attempt in range(MAX_ATTEMPTS):
        try:
            _commit(table, scope, files, properties)
            break
        except CommitFailedException:
            time.sleep(random.uniform(0.01, 0.05) * min(attempt + 1, 20))
            table.refresh()
    else:
        raise PublishConflict(name, MAX_ATTEMPTS)
    return _publication(table, name)


def _commit(table: Table, scope: Scope, files: Sequence[str], properties: Mapping[str, str]) -> None:
    summary = {PROPERTY_PREFIX + key: value for key, value in properties.items()}
    expression = scope.expression()
    replaces = next(iter(table.scan(row_filter=expression).plan_files()), None) is not None
    with table.transaction() as transaction:
        if replaces:
            transaction.delete(expression, snapshot_properties=summary)
        if files or not replaces:
            transaction.add_files(list(files), snapshot_properties=summary, check_duplicate_files=False)


def _publication(table: Table, name: str) -> Publication:
    snapshot = table.current_snapshot()
    if snapshot is None or snapshot.summary is None:
        raise RuntimeError(f"'{name}' has no snapshot after a commit.")
    added = snapshot.summary.additional_properties
    return Publication(
        table=name,
        snapshot_id=snapshot.snapshot_id,
        files=int(added.get("added-data-files", 0)),
        rows=int(added.get("added-records", 0)),
        bytes=int(added.get("added-files-size", 0)),
    )
