"""The one way a step ends: audited rows are published with provenance and profile, or set aside with the reason."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from platform_assets.compute import StagedFiles
from platform_assets.lake import ColumnSpec, Publication, TableSpec
from platform_assets.lake.partitions import Values, scope_of
from platform_assets.pipeline.workspace import Workspace, code_commit
from platform_assets.quality.audit import AuditReport, CheckResult, audit_staged
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.errors import PartitionRefused
from platform_assets.quality.profile import TableProfile
from platform_assets.quality.profile_table import PROFILES, profile_table_rows

QUARANTINE = TableSpec(
    "platform.quarantine",
    (
        ColumnSpec("quarantine_id", "string", False, "Identifies one refusal."),
        ColumnSpec("table", "string", False, "Table that would have been published."),
        ColumnSpec("partition", "string", True, "Partition that was refused; missing for unpartitioned tables."),
        ColumnSpec("rules", "string", False, "Broken rules in words."),
        ColumnSpec("rows", "long", True, "Rows set aside; missing if the file could not be read."),
        ColumnSpec("location", "string", False, "Folder that keeps the file and the staged rows."),
        ColumnSpec("run_id", "string", False, "Run that refused it."),
        ColumnSpec("refused_at", "timestamp", False, "When it was refused (UTC)."),
    ),
)


class Refused(PartitionRefused):
    """A refusal that still carries the audit, so that every check can be reported."""

    def __init__(self, what: str, report: AuditReport, quarantine: Path) -> None:
        self.report = report
        super().__init__(what, [f"{check.name}: {check.message}" for check in report.blocked_by], str(quarantine))


@dataclass(frozen=True)
class Materialisation:
    """What a step published, with the audit that allowed it and facts for people (``facts``: name to value)."""

    partition: str | None
    publication: Publication
    report: AuditReport
    inputs: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def checks(self) -> list[CheckResult]:
        """The audit's answers."""
        return self.report.checks


@dataclass(frozen=True)
class Provenance:
    """Where rows come from: input snapshots by table, and further facts (source files, model version)."""

    inputs: Mapping[str, int]
    facts: Mapping[str, str] = field(default_factory=dict)

    def properties(self, workspace: Workspace, contract: Contract, partition: str | None) -> dict[str, str]:
        """As snapshot properties."""
        return {
            "run-id": workspace.run_id,
            "code-commit": code_commit(),
            "contract-version": str(contract.version),
            "partition": partition or "",
            "inputs": json.dumps(self.inputs, sort_keys=True),
            **self.facts,
        }


def publish_audited(
    workspace: Workspace,
    namespace: str,
    contract: Contract,
    partition: str | None,
    staged: StagedFiles,
    report: AuditReport,
    provenance: Provenance,
    delivered: Sequence[Path] = (),
) -> Materialisation:
    """Publish staged files if their audit allows it; otherwise set them aside.

    Args:
        delivered: files as they were delivered, kept with the staged rows in case of a refusal.

    Raises:
        Refused: a blocking check failed; nothing was published.
    """
    spec = contract.table(namespace)
    what = f"{contract.name} {partition}" if partition else contract.name
    if report.blocked_by:
        aside = [*delivered, *(Path(path) for path in [*staged.files, *staged.refused_files])]
        problems = [f"{check.name}: {check.message}" for check in report.blocked_by]
        folder = set_aside(workspace, spec.name, partition, problems, aside, report.rows + report.refused_rows)
        raise Refused(what, report, folder)
    if report.refused_rows:
        broken = [check.message for check in report.checks if check.details.get("broken rules")]
        rows_aside = [Path(path) for path in staged.refused_files]
        set_aside(workspace, spec.name, partition, broken, rows_aside, report.refused_rows)
    scope = scope_of(spec, partition)
    published = workspace.lake.publish(spec, scope, staged.files, provenance.properties(workspace, contract, partition))
    record_profile(workspace, spec.name, partition, published.snapshot_id, report)
    return Materialisation(partition, published, report, provenance.inputs)


def publish_rows(
    workspace: Workspace,
    namespace: str,
    contract: Contract,
    partition: str | None,
    rows: pa.Table,
    provenance: Provenance,
) -> Materialisation:
    """Stage rows that a step holds in memory, audit them on the engine like any others, and publish them."""
    file = workspace.lake.stage_rows(contract.table(namespace), rows)
    staged = StagedFiles(files=[str(file)])
    window = contract_window(contract, partition)
    audited = audit_staged(
        workspace.engine.session, staged, as_contract(contract), window.as_text() if window else None
    )
    report = AuditReport.model_validate(audited)
    return publish_audited(workspace, namespace, contract, partition, staged, report, provenance)


def as_contract(declaration: Contract) -> dict[str, Any]:
    """The contract part of a declaration as JSON, for a serialised job."""
    return declaration.model_dump(mode="json", include=set(Contract.model_fields))


def set_aside(
    workspace: Workspace,
    table: str,
    partition: str | None,
    problems: Sequence[str],
    files: Sequence[Path],
    rows: int | None,
) -> Path:
    """Keep refused files and list them in the quarantine table; returns the folder that keeps them."""
    reason = {"table": table, "partition": partition, "problems": list(problems), "run_id": workspace.run_id}
    folder = workspace.lake.set_aside(table, partition, reason, files)
    quarantine_id = uuid.uuid4().hex
    entry = {
        "quarantine_id": quarantine_id,
        "table": table,
        "partition": partition,
        "rules": " ".join(problems),
        "rows": rows,
        "location": str(folder),
        "run_id": workspace.run_id,
        "refused_at": datetime.now(UTC),
    }
    scope = Values((("quarantine_id", quarantine_id),))
    workspace.lake.publish_rows(QUARANTINE, scope, pa.Table.from_pylist([entry]), {"run-id": workspace.run_id})
    return folder


def record_profile(
    workspace: Workspace, table: str, partition: str | None, snapshot_id: int, report: AuditReport
) -> None:
    """Keep the audit's profile in the profile table; it replaces the one of the same table and partition."""
    profile = TableProfile.from_bytes(base64.b64decode(report.profile))
    rows = profile_table_rows(profile, table, partition, snapshot_id, workspace.run_id)
    scope = Values((("table", table), ("partition", partition or "all")))
    workspace.lake.publish_rows(PROFILES, scope, rows, {"run-id": workspace.run_id})
