"""The only door by which rows become visible: one atomic Iceberg commit of files that were staged and audited."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.lake.attempts import until_committed
from platform_assets.lake.evolution import Terms, evolve
from platform_assets.lake.faults import is_catalog_failure, is_store_failure
from platform_assets.lake.growth import forget_oldest_versions

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import FileScanTask, Table, Transaction
    from pyiceberg.table.snapshots import Snapshot

    from platform_assets.lake.guards import Guard
    from platform_assets.lake.history import Version
    from platform_assets.lake.partitions import Scope
    from platform_assets.lake.schema import TableSpec

PROPERTY_PREFIX = "platform."
# Recognises the snapshot of a publish whose commit was not confirmed.
PUBLISH_ID = "publish.id"
# Versions that a publication tells of, the published one included.
RECENT = 5


@dataclass(frozen=True)
class Publication:
    """What a publish made visible; ``snapshot_id`` is the data version, ``recent`` the newest ones, it included."""

    table: str
    snapshot_id: int
    files: int
    rows: int
    bytes: int
    recent: tuple[Version, ...] = ()


def publish_files(
    table: Table,
    spec: TableSpec,
    scope: Scope,
    files: Sequence[str],
    properties: Mapping[str, str],
    terms: Terms | None = None,
    guard: Guard | None = None,
) -> Publication:
    """Replace the rows of ``scope`` by the rows of ``files`` in one commit of one snapshot.

    The delete is planned on exactly the snapshot that the commit requires to be current. Losing a race therefore means
    planning again, never publishing beside rows that another writer made visible in between; PyIceberg's own retry is
    switched off on the table for that reason. Readers see the state before or the state after, nothing else.

    Args:
        table: the Iceberg table.
        spec: its name and the columns of the rows.
        scope: the rows to replace.
        files: Parquet files, each within one partition; an empty list empties the scope.
        properties: provenance, stored on the snapshot under the prefix ``platform.``.
        terms: what the writer and the readers of the table agree on, see :mod:`platform_assets.lake.evolution`.
        guard: raises to stop the publish, see :mod:`platform_assets.lake.guards`.
    """
    publish_id = uuid.uuid4().hex
    summary = {PUBLISH_ID: publish_id} | {PROPERTY_PREFIX + key: value for key, value in properties.items()}

    def commit() -> Snapshot:
        if guard is not None:
            guard(table)
        return confirmed(table, publish_id, lambda: _commit(table, spec, scope, files, summary, terms))

    return _publication(until_committed(table, spec.name, commit), table, spec.name)


def confirmed(table: Table, publish_id: str, commit: Callable[[], None]) -> Snapshot:
    """The snapshot that ``commit`` made; if its answer was lost, look whether it happened before doing it again."""
    from pyiceberg.exceptions import CommitFailedException

    try:
        commit()
    except Exception as error:
        if not is_store_failure(error):
            raise
        table.refresh()
        landed = _snapshot_of(table, publish_id)
        if landed is not None:
            return landed
        if is_catalog_failure(error):
            # It answers again, so this was a lost connection or a lock that was held too long.
            raise CommitFailedException(str(error)) from error
        raise
    made = _snapshot_of(table, publish_id)
    if made is None:
        raise RuntimeError(f"'{table.name()}' lacks the snapshot of a commit that succeeded.")
    return made


def _commit(
    table: Table,
    spec: TableSpec,
    scope: Scope,
    files: Sequence[str],
    summary: dict[str, str],
    terms: Terms | None,
) -> None:
    replaced = list(table.scan(row_filter=scope.expression()).plan_files())
    with table.transaction() as transaction:
        evolve(table, transaction, spec, terms)
        if replaced and all(map(_lies_within, replaced)):
            _swap(transaction, table, [task.file for task in replaced], files, summary)
        else:
            _add(transaction, scope, files, summary, rewrites=bool(replaced))
        forget_oldest_versions(transaction)


def _lies_within(task: FileScanTask) -> bool:
    """Whether every row of the file is in the scope, by its partition alone."""
    from pyiceberg.expressions import AlwaysTrue

    return bool(task.residual == AlwaysTrue()) and not task.delete_files


def _swap(
    transaction: Transaction, table: Table, old: Sequence[DataFile], new: Sequence[str], summary: dict[str, str]
) -> None:
    """Old files out and new files in by one snapshot, so that no moment of the history lacks the partition."""
    from pyiceberg.io.pyarrow import parquet_files_to_data_files

    from platform_assets.lake.swap import swap_files

    staged = parquet_files_to_data_files(table.io, transaction.table_metadata, iter(new))
    swap_files(transaction, old, staged, summary)


def _add(
    transaction: Transaction, scope: Scope, files: Sequence[str], summary: dict[str, str], *, rewrites: bool
) -> None:
    if rewrites:
        # Some files hold other rows as well, which PyIceberg writes anew.
        transaction.delete(scope.expression(), snapshot_properties=summary)
    # Even without files: the snapshot records that the scope was published.
    transaction.add_files(list(files), snapshot_properties=summary, check_duplicate_files=False)


def _snapshot_of(table: Table, publish_id: str) -> Snapshot | None:
    for snapshot in reversed(table.metadata.snapshots):
        if snapshot.summary and snapshot.summary.additional_properties.get(PUBLISH_ID) == publish_id:
            return snapshot
    return None


def _publication(snapshot: Snapshot, table: Table, name: str) -> Publication:
    from platform_assets.lake.history import versions

    added = snapshot.summary.additional_properties if snapshot.summary else {}
    return Publication(
        table=name,
        snapshot_id=snapshot.snapshot_id,
        files=int(added.get("added-data-files", 0)),
        rows=int(added.get("added-records", 0)),
        bytes=int(added.get("added-files-size", 0)),
        recent=tuple(itertools.islice(versions(table.metadata), RECENT)),
    )
