"""Folding: records of use become rows of the cost table, each use once, whoever dies in between.

Order: read the records, publish those whose ids the table does not have, delete the files. A fold that dies before its
publish has done nothing; one that dies after it leaves files behind whose ids are in the table, and the next one only
deletes them. Two folds at once: the publish of the second fails its guard, and it looks again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from platform_assets.compute.cost.bill import CostItem, cost_items, spent
from platform_assets.compute.cost.money import ZERO
from platform_assets.compute.cost.record import UsageRecord, delete_records, read_records
from platform_assets.lake import Lake, Window
from platform_assets.lake.attempts import MAX_ATTEMPTS
from platform_assets.lake.errors import PublishConflict, TableNotFound
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.guards import TableMoved, unmoved_since
from platform_assets.lake.partitions import Values
from platform_assets.pipeline.costs.table import COSTS, TIME, cost_rows

# The same cluster may be recorded by the worker and, later, by whoever found it running on.
RECORDED_TWICE_WITHIN = timedelta(days=31)


@dataclass(frozen=True)
class Folded:
    """What a fold added: uses that were new, and their dollars."""

    uses: int = 0
    usd: Decimal = ZERO


def fold_usage(lake: Lake, run_id: str) -> Folded:
    """Move every record that waits into the cost table.

    Raises:
        UsageNotReadable: a record is damaged; nothing was folded.
        PublishConflict: other folds were faster too many times; nothing was folded, the records are kept.
    """
    with told_as_store_failure("Reading the records of use"):
        waiting = dict(read_records(lake.store))
    folded = add_costs(lake, list(waiting.values()), run_id)
    with told_as_store_failure("Deleting folded records of use"):
        delete_records(lake.store, waiting)
    return folded


def add_costs(lake: Lake, records: Sequence[UsageRecord], run_id: str) -> Folded:
    """Publish the records whose use the table does not have yet, all by one commit.

    Raises:
        PublishConflict: other writers of the table were faster too many times; nothing was written.
    """
    if not records:
        return Folded()
    for _ in range(MAX_ATTEMPTS):
        snapshot, known = _known(lake, records)
        new = {record.record_id: record for record in records if record.record_id not in known}
        items = [item for record in new.values() for item in cost_items(record)]
        if not items or _published(lake, items, snapshot, run_id):
            return Folded(len(new), spent(items))
    raise PublishConflict(COSTS.name, MAX_ATTEMPTS)


def _known(lake: Lake, records: Sequence[UsageRecord]) -> tuple[int | None, set[str]]:
    """The table's snapshot, and the ids that it has of the time of ``records``."""
    try:
        snapshot = lake.snapshot_id(COSTS.name)
    except TableNotFound:
        return None, set()
    first = min(record.ended for record in records) - RECORDED_TWICE_WITHIN
    last = max(record.ended for record in records) + RECORDED_TWICE_WITHIN
    rows = lake.read(COSTS.name, Window(TIME, first, last), columns=["record_id", TIME], snapshot_id=snapshot)
    return snapshot, set(rows.column("record_id").to_pylist())


def _published(lake: Lake, items: Sequence[CostItem], snapshot: int | None, run_id: str) -> bool:
    """Add rows, unless the table is no longer at ``snapshot``."""
    fold_id = uuid.uuid4().hex
    # No row has the new id yet, so the publish replaces nothing.
    scope = Values((("fold_id", fold_id),))
    try:
        lake.publish_rows(COSTS, scope, cost_rows(items, fold_id), {"run-id": run_id}, guard=unmoved_since(snapshot))
    except TableMoved:
        return False
    return True
