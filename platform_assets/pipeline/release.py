"""Decisions on quarantine: publish exactly what was staged, or give it up; recorded with who and why.

Order of a release: copy the kept files into a staging folder and compare their digests, claim the entry (status
``releasing``), publish, record the profile, correct the expectations' results, tell the orchestrator, record the
decision, delete the kept staged files.
A process that dies after the claim leaves an entry that can only be released again: that release finds the snapshot
that carries the entry's id, or publishes it, and does what is left. Order of a discard: record it, delete the files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_assets.lake import Lake, Publication
from platform_assets.lake.errors import LakeError, StoreFailed
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.guards import Guard, published_since, snapshot_with
from platform_assets.lake.partitions import Scope, scope_of
from platform_assets.lake.quarantine import delete_files, restage
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.overruled import overruled_report, release_results, released_materialisation
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import record_profile
from platform_assets.pipeline.quarantine import Decision, already_decided, decided, find_entry, list_entry
from platform_assets.pipeline.quarantine_entry import Entry
from platform_assets.pipeline.quarantine_errors import NewerDelivery, ReleaseBegan
from platform_assets.pipeline.releasable import contract_of, require_fitting, require_releasable
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.contract import Contract
from platform_assets.quality.recorded_contract import recording

if TYPE_CHECKING:
    from pyiceberg.table import Table

QUARANTINE_ID = "quarantine-id"

Tell = Callable[[Contract, Materialisation], None]


def release(
    workspace: Workspace,
    products: Sequence[Product],
    quarantine_id: str,
    decision: Decision,
    tell: Tell,
    *,
    over_newer: bool = False,
) -> Materialisation:
    """Publish exactly the staged files of a refused partition, in spite of the rules that they break.

    Rows that were kept apart because they break a row rule themselves stay in quarantine, with the delivered file.

    Args:
        products: where the contract of the entry's table is declared.
        quarantine_id: of the entry, or its first characters.
        tell: reports the materialisation to the orchestrator; called once the rows are published, and again if the
            process died before the decision was recorded.
        over_newer: publish even if the partition was published after it was refused.

    Raises:
        EntryNotFound, AlreadyDecided: there is nothing to decide.
        NotReleasable: nothing was staged, or the rows do not fit into the partition of the table.
        QuarantinedFileChanged: a kept file is missing or is not what was refused.
        NewerDelivery: the partition was published after the refusal.
    """
    lake, entry = workspace.lake, find_entry(workspace.lake, quarantine_id)
    contract = contract_of(products, entry)
    require_releasable(entry)
    files = _staged_again(lake, entry, contract)
    claimed = list_entry(lake, decided(entry, "releasing", decision))
    try:
        published = _publish(workspace, entry, contract, files, decision, over_newer)
    except _PublishedBefore as before:
        # The decision of the process that published and then died stands.
        claimed = _restored(lake, claimed, entry)
        decision = Decision(claimed.decided_by or decision.who, claimed.reason or decision.why)
        published = before.publication
    report = overruled_report(lake.store, entry, decision, files)
    record_profile(workspace, entry.table, entry.partition, published.snapshot_id, report)
    release_results(lake, entry, published, decision, workspace.run_id)
    done = released_materialisation(entry, published, report, decision)
    tell(contract, done)
    list_entry(lake, claimed.model_copy(update={"status": "released", "published_snapshot": published.snapshot_id}))
    with told_as_store_failure(f"Deleting the released copies of quarantine {entry.quarantine_id}"):
        delete_files(lake.store, entry.staged)
    return done


def discard(workspace: Workspace, quarantine_id: str, decision: Decision) -> Entry:
    """Give up what was refused: record it, then delete every kept file; the entry and its manifest stay.

    A discard whose process died before every file was deleted can be repeated; the first decision stands.

    Raises:
        EntryNotFound, AlreadyDecided: there is nothing to decide.
        ReleaseBegan: a release of it was not finished.
    """
    lake, entry = workspace.lake, find_entry(workspace.lake, quarantine_id)
    if entry.status == "releasing":
        raise ReleaseBegan(entry.quarantine_id, entry.decided_by, entry.decided_at)
    left = [file for file in entry.files if file.copied and lake.store.exists(file.location)]
    if entry.status == "released" or (entry.status == "discarded" and not left):
        raise already_decided(entry)
    if entry.status == "quarantined":
        entry = list_entry(lake, decided(entry, "discarded", decision), allowed=("quarantined",))
    with told_as_store_failure(f"Deleting the files of quarantine {entry.quarantine_id}"):
        delete_files(lake.store, left)
    return entry


class _PublishedBefore(Exception):
    """This entry's release was committed by a process that did not finish, or by another one at the same time."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication


def _staged_again(lake: Lake, entry: Entry, contract: Contract) -> list[str]:
    folder = lake.new_staging(entry.table)
    with told_as_store_failure(f"Staging quarantine {entry.quarantine_id} again"):
        try:
            files = restage(lake.store, entry.quarantine_id, entry.staged, folder)
            require_fitting(lake.store, entry, contract, files)
        except LakeError:
            lake.store.delete_all(folder)
            raise
    return files


def _publish(
    workspace: Workspace,
    entry: Entry,
    contract: Contract,
    files: Sequence[str],
    decision: Decision,
    over_newer: bool,
) -> Publication:
    spec = contract.table(entry.table.split(".")[0])
    scope = scope_of(spec, entry.partition)
    properties = {
        **entry.provenance,
        "run-id": workspace.run_id,
        "staged-run-id": entry.run_id,
        QUARANTINE_ID: entry.quarantine_id,
        "released-by": decision.who,
        "release-reason": decision.why,
        "released-at": datetime.now(UTC).isoformat(),
    }
    terms, guard = recording(contract, workspace.run_id), _guard(entry, scope, over_newer)
    try:
        return workspace.lake.publish(spec, scope, files, properties, terms, guard)
    except StoreFailed:
        # The commit may have arrived all the same: the claim stays, and the next release looks.
        raise
    except (LakeError, ValueError):
        list_entry(workspace.lake, entry.model_copy(update={"status": "quarantined"}))
        for file in files:
            workspace.lake.store.delete(file)
        raise


def _guard(entry: Entry, scope: Scope, over_newer: bool) -> Guard:
    def guard(table: Table) -> None:
        before = snapshot_with(table, QUARANTINE_ID, entry.quarantine_id)
        if before is not None:
            rows, size = sum(file.rows or 0 for file in entry.staged), sum(file.bytes for file in entry.staged)
            raise _PublishedBefore(Publication(entry.table, before, len(entry.staged), rows, size))
        newer = published_since(table, scope, entry.sequence)
        if newer and not over_newer:
            raise NewerDelivery(entry.quarantine_id, entry.what, entry.refused_at, newer)

    return guard


def _restored(lake: Lake, claimed: Entry, first: Entry) -> Entry:
    if first.decided_by is None:
        return claimed
    return list_entry(lake, first)
