"""A refusal becomes a quarantine entry: the rules it broke, sample rows, and the files that are kept of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platform_assets.compute import StagedFiles
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.quarantine import Source, describe_files, keep_files, new_folder
from platform_assets.lake.store import Store
from platform_assets.pipeline.quarantine import keeps_delivered_file, list_entry, new_id
from platform_assets.pipeline.quarantine_entry import BrokenRule, Entry
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.audit import COLUMNS, SAMPLES, AuditReport, CheckResult
from platform_assets.quality.contract import Contract
from platform_assets.quality.delivery import DELIVERED, REFUSED_BY, SEPARATOR
from platform_assets.quality.errors import DeliveryRefused
from platform_assets.quality.rules import describe


def refuse_file(
    workspace: Workspace, contract: Contract, table: str, partition: str | None, path: Path, error: DeliveryRefused
) -> Entry:
    """Set aside a delivered file that cannot be read under the contract."""
    source = path.relative_to(workspace.landing) if path.is_relative_to(workspace.landing) else path
    return _set_aside(
        workspace,
        _delivered(contract, [path]),
        {
            "table": table,
            "partition": partition,
            "kind": "file",
            "rules": str(error),
            "broken_rules": [BrokenRule(code=COLUMNS, words=error.rule)],
            "source_file": source.as_posix(),
            "contract_version": contract.version,
        },
    )


def refuse_partition(
    workspace: Workspace,
    contract: Contract,
    table: str,
    partition: str | None,
    staged: StagedFiles,
    report: AuditReport,
    provenance: Mapping[str, str],
    delivered: Sequence[Path],
) -> Entry:
    """Set aside the staged rows of a partition whose audit forbids to publish it, with the delivered files."""
    sources = [
        *_delivered(contract, delivered),
        *(Source("staged", file) for file in staged.files),
        *(Source("refused_rows", file) for file in staged.refused_files),
    ]
    audited = _audited(workspace, contract, table, partition, staged, report, provenance)
    rules = " ".join(f"{check.name}: {check.message}" for check in report.blocked_by)
    rows = report.rows + report.refused_rows
    return _set_aside(workspace, sources, {**audited, "kind": "partition", "rules": rules, "rows": rows})


def refuse_rows(
    workspace: Workspace,
    contract: Contract,
    table: str,
    partition: str | None,
    staged: StagedFiles,
    report: AuditReport,
    provenance: Mapping[str, str],
) -> Entry:
    """Set aside single rows that break a rule; the others are going to be published."""
    audited = _audited(workspace, contract, table, partition, staged, report, provenance)
    rules = " ".join(check.message for check in report.checks if check.details.get("broken rules"))
    sources = [Source("refused_rows", file) for file in staged.refused_files]
    return _set_aside(workspace, sources, {**audited, "kind": "rows", "rules": rules, "rows": report.refused_rows})


def _set_aside(workspace: Workspace, sources: Sequence[Source], facts: Mapping[str, Any]) -> Entry:
    lake, table, identifier = workspace.lake, facts["table"], new_id()
    folder = new_folder(lake.store, table, facts["partition"], identifier)
    with told_as_store_failure(f"Setting aside what was refused for '{table}'"):
        files = describe_files(lake.store, folder, sources)
        delivered = next((file.sha256 for file in files if file.kind == "delivered"), None)
        entry = Entry(
            quarantine_id=identifier,
            location=folder,
            run_id=workspace.run_id,
            refused_at=datetime.now(UTC),
            files=files,
            sequence=lake.sequence(table),
            **{"source_sha256": delivered, **facts},
        )
        keep_files(lake.store, folder, entry.model_dump(mode="json"), files)
    return list_entry(lake, entry)


def _audited(
    workspace: Workspace,
    contract: Contract,
    table: str,
    partition: str | None,
    staged: StagedFiles,
    report: AuditReport,
    provenance: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "table": table,
        "partition": partition,
        "broken_rules": _broken_rules(workspace.lake.store, contract, staged.refused_files, report),
        "source_file": provenance.get("source-file"),
        "source_sha256": provenance.get("source-sha256"),
        "contract_version": contract.version,
        # Their details hold rows as they were delivered.
        "checks": [check.model_copy(update={"details": {}, "picture": ""}) for check in report.checks],
        "provenance": dict(provenance),
    }


def _delivered(contract: Contract, files: Sequence[Path]) -> list[Source]:
    return [Source("delivered", str(file), copied=keeps_delivered_file(contract)) for file in files]


def _broken_rules(
    store: Store, contract: Contract, refused_files: Sequence[str], report: AuditReport
) -> list[BrokenRule]:
    broken: list[BrokenRule] = []
    for check in report.checks:
        rows_by_code: dict[str, int] = check.details.get("broken rules", {})
        for code, rows in sorted(rows_by_code.items()):
            samples = _samples(store, contract, refused_files, code)
            broken.append(BrokenRule(code=code, words=describe(code, contract), rows=rows, samples=samples))
        if not check.passed and check.blocking and not rows_by_code:
            broken.append(_of_the_whole(check))
    return broken


def _of_the_whole(check: CheckResult) -> BrokenRule:
    samples = check.details.get("repeated keys") or check.details.get("sample rows", [])
    return BrokenRule(code=check.name, words=check.message, rows=check.details.get("unexpected rows"), samples=samples)


def _samples(store: Store, contract: Contract, refused_files: Sequence[str], code: str) -> list[str]:
    """Rows that broke a rule: as delivered, or only as they were staged if a column is personal."""
    if not refused_files:
        return []
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    refused = ds.dataset([store.path(file) for file in refused_files], filesystem=store.filesystem, format="parquet")
    names = [name for name in refused.schema.names if not name.startswith("_")]
    columns = [DELIVERED] if keeps_delivered_file(contract) else names
    pattern = f"(^|{SEPARATOR}){re.escape(code)}({SEPARATOR}|$)"
    rows = refused.head(SAMPLES, columns=columns, filter=pc.match_substring_regex(pc.field(REFUSED_BY), pattern))
    return [_shown(row) for row in rows.to_pylist()]


def _shown(row: Mapping[str, Any]) -> str:
    if DELIVERED in row:
        return str(row[DELIVERED])
    return ", ".join(f"{name}={value}" for name, value in row.items())
