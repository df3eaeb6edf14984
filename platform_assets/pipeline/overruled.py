"""What a release reports: the audit's answers with those that were overruled as warnings, and the rows' profile."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from platform_assets.lake import Publication
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.quarantine import Decision
from platform_assets.pipeline.quarantine_entry import Entry
from platform_assets.quality.audit import AuditReport, CheckResult
from platform_assets.quality.profile import profile_batches

if TYPE_CHECKING:
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


def _overruled(check: CheckResult, decision: Decision) -> CheckResult:
    if check.passed or not check.blocking:
        return check
    message = f"Released in spite of it by {decision.who}: {decision.why} What the audit said: {check.message}"
    return check.model_copy(update={"blocking": False, "message": message})
