"""What a release reports: the audit's answers, those that were overruled as warnings, and the rows' profile."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from platform_assets.lake import Lake, Publication
from platform_assets.lake.guards import Guard, rows_of
from platform_assets.lake.partitions import Values
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.quarantine import Decision
from platform_assets.pipeline.quarantine_entry import Entry
from platform_assets.quality.alert import RELEASED, VERDICT
from platform_assets.quality.audit import AuditReport, CheckResult
from platform_assets.quality.expectations.stored import ALL, EXPECTATION_RESULTS
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.profile_table import profile_partition

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from platform_assets.lake.store import Store


def overruled_report(store: Store, entry: Entry, decision: Decision, files: Sequence[str]) -> AuditReport:
    """The report of a released partition; the profile is computed from the files that were published."""
    import pyarrow.dataset as ds

    rows = ds.dataset([store.path(file) for file in files], filesystem=store.filesystem, format="parquet")
    return AuditReport(
        rows=sum(file.rows or 0 for file in entry.staged),
        refused_rows=sum(file.rows or 0 for file in entry.files if file.kind == "refused_rows"),
        checks=[_overruled(check, decision) for check in entry.checks],
        profile=base64.b64encode(profile_batches(rows.to_batches()).to_bytes()).decode(),
    )


def released_materialisation(
    entry: Entry, published: Publication, report: AuditReport, decision: Decision
) -> Materialisation:
    """What the release published, with who and why among its facts."""
    inputs: dict[str, int] = json.loads(entry.provenance.get("inputs", "{}"))
    facts = {
        "released from quarantine": entry.quarantine_id,
        "released by": decision.who,
        "release reason": decision.why,
        "source file": entry.source_file,
        "source sha256": entry.source_sha256,
    }
    return Materialisation(entry.partition, published, report, inputs, facts)


def release_results(lake: Lake, entry: Entry, published: Publication, decision: Decision, run_id: str) -> None:
    """Let the expectations' results of the refused rows tell that these were published, by whom and why.

    Results of a newer attempt on the partition are left alone: they are not about the released rows.
    """
    if not lake.exists(EXPECTATION_RESULTS.name):
        return
    scope = Values((("table", entry.table), ("partition", entry.partition or ALL)))
    rows = lake.read(EXPECTATION_RESULTS.name, scope).to_pylist()
    if not rows:
        return
    news = {
        "snapshot_id": published.snapshot_id,
        "released_by": decision.who,
        "release_reason": decision.why,
        "released_at": datetime.now(UTC),
    }
    properties = {"run-id": run_id, "partition": profile_partition(entry.table, entry.partition)}
    with contextlib.suppress(_OtherAttempt):
        lake.publish_rows(
            EXPECTATION_RESULTS,
            scope,
            pa.Table.from_pylist([{**row, **news} for row in rows]),
            properties,
            guard=_judged_by(entry.run_id, scope),
        )


class _OtherAttempt(Exception):
    """The results are not those of the refused rows."""


def _judged_by(run_id: str, scope: Values) -> Guard:
    def guard(table: Table) -> None:
        for row in rows_of(table, scope, ("run_id", "snapshot_id")):
            if row["run_id"] != run_id or row["snapshot_id"] is not None:
                raise _OtherAttempt

    return guard


def _overruled(check: CheckResult, decision: Decision) -> CheckResult:
    if check.passed or not check.blocking:
        return check
    message = f"Released in spite of it by {decision.who}: {decision.why} What the audit said: {check.message}"
    details = {VERDICT: RELEASED, "released by": decision.who, "release reason": decision.why}
    return check.model_copy(update={"blocking": False, "message": message, "details": details})
