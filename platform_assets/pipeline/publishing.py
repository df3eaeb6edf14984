"""The one way a step ends: audited rows are published with provenance and profile, or set aside with the reason."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from platform_assets.compute import StagedFiles
from platform_assets.lake.partitions import Values, scope_of
from platform_assets.pipeline.materialisation import Materialisation, Provenance, Refused
from platform_assets.pipeline.partition_drift import with_drift
from platform_assets.pipeline.rate_of_change import with_rates_of_change
from platform_assets.pipeline.refusing import refuse_partition, refuse_rows
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.audit import AuditReport, audit_staged
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.data_docs import data_docs_page
from platform_assets.quality.expectations.stored import ALL, EXPECTATION_RESULTS, result_rows
from platform_assets.quality.profile import TableProfile
from platform_assets.quality.profile_table import PROFILES, profile_partition, profile_table_rows
from platform_assets.quality.recorded_contract import recording


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
        delivered: files as they were delivered; a refusal keeps them with the staged rows, unless they are personal.

    Raises:
        Refused: a blocking check failed; nothing was published.
        ContractRefused: the contract changed in a way that would break what was published before.
    """
    spec = contract.table(namespace)
    report = with_rates_of_change(workspace.lake, spec.name, contract, partition, report)
    report = with_drift(workspace.lake, spec.name, contract, partition, staged, report)
    what = f"{contract.name} {partition}" if partition else contract.name
    properties = provenance.properties(workspace, contract, partition)
    if report.blocked_by:
        entry = refuse_partition(workspace, contract, spec.name, partition, staged, report, properties, delivered)
        record_expectations(workspace, spec.name, partition, None, report)
        raise Refused(what, report, entry.quarantine_id)
    if report.refused_rows:
        refuse_rows(workspace, contract, spec.name, partition, staged, report, properties)
    scope = scope_of(spec, partition)
    terms = recording(contract, workspace.run_id)
    published = workspace.lake.publish(spec, scope, staged.files, properties, terms)
    record_profile(workspace, spec.name, partition, published.snapshot_id, report)
    record_expectations(workspace, spec.name, partition, published.snapshot_id, report)
    page = data_docs_page(workspace.reports, namespace)
    facts = {"data docs": f"{page} (built by: platform quality docs {namespace})"} if report.expectations else {}
    return Materialisation(partition, published, report, provenance.inputs, facts)


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
    staged = StagedFiles(files=[file])
    window = contract_window(contract, partition)
    audited = audit_staged(workspace.session, staged, as_contract(contract), window.as_text() if window else None)
    report = AuditReport.model_validate(audited)
    return publish_audited(workspace, namespace, contract, partition, staged, report, provenance)


def as_contract(declaration: Contract) -> dict[str, Any]:
    """The contract part of a declaration as JSON, for a serialised job."""
    return declaration.model_dump(mode="json", include=set(Contract.model_fields))


def record_profile(
    workspace: Workspace, table: str, partition: str | None, snapshot_id: int, report: AuditReport
) -> None:
    """Keep the audit's profile in the profile table; it replaces the one of the same table and partition."""
    profile = TableProfile.from_bytes(base64.b64decode(report.profile))
    rows = profile_table_rows(profile, table, partition, snapshot_id, workspace.run_id)
    scope = Values((("table", table), ("partition", partition or "all")))
    properties = {"run-id": workspace.run_id, "partition": profile_partition(table, partition)}
    workspace.lake.publish_rows(PROFILES, scope, rows, properties)


def record_expectations(
    workspace: Workspace, table: str, partition: str | None, snapshot_id: int | None, report: AuditReport
) -> None:
    """Keep the full results of the expectations; they replace those of the attempt before.

    Args:
        snapshot_id: of the publish; None if the partition was refused.
    """
    if not report.expectations:
        return
    rows = result_rows(report.expectations, table, partition, snapshot_id, workspace.run_id)
    scope = Values((("table", table), ("partition", partition or ALL)))
    properties = {"run-id": workspace.run_id, "partition": profile_partition(table, partition)}
    workspace.lake.publish_rows(EXPECTATION_RESULTS, scope, rows, properties)
