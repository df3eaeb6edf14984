"""Facts that every asset shows: columns, owner, partitions, freshness, checks, and what a materialisation published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from platform_assets.automation.partitions import partitions_definition
from platform_assets.pipeline.publishing import Materialisation
from platform_assets.quality import audit
from platform_assets.quality.audit import CheckResult
from platform_assets.quality.contract import Contract, Partitions

CHECK_DESCRIPTIONS = {
    audit.COLUMNS: "The delivered file has exactly the contract's columns and can be read.",
    audit.VALUES: "Types, nullability, ranges and allowed values of every row.",
    audit.WINDOW: "Every row lies within the partition's month (UTC).",
    audit.KEYS: "The keys identify a row.",
    audit.VOLUME: "As many rows as a complete partition has.",
    audit.EXPECTATIONS: "Great Expectations declared for this table, on the staged rows.",
}


def asset_arguments(contract: Contract, product: str, kinds: set[str]) -> dict[str, Any]:
    """Arguments of ``dagster.asset`` that follow from a contract."""
    return {
        "name": contract.name,
        "group_name": product,
        "description": contract.description,
        "owners": [contract.owner],
        "kinds": kinds,
        "tags": {"product": product},
        "code_version": f"contract-{contract.version}",
        "partitions_def": partitions_definition(contract.partitions),
        "metadata": {**column_metadata(contract), "dagster/table_name": f"{product}.{contract.name}"},
        "freshness_policy": freshness_policy(contract),
    }


def freshness_policy(contract: Contract) -> dg.FreshnessPolicy | None:
    """The declared freshness; warns when three quarters of the time have passed."""
    if contract.freshness_days is None:
        return None
    days = contract.freshness_days
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=days), warn_window=timedelta(days=days * 0.75))


def column_metadata(contract: Contract) -> dict[str, Any]:
    """The column schema with descriptions and constraints, as Dagster's catalog shows it."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=column.type,
            description=column.description,
            constraints=dg.TableColumnConstraints(
                nullable=column.nullable and column.name not in contract.keys, unique=contract.keys == [column.name]
            ),
        )
        for column in contract.columns
    ]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "contract version": contract.version,
        "keys": ", ".join(contract.keys),
    }


def check_specs(contract: Contract, *, delivered: bool, partitioned: bool = True) -> list[dg.AssetCheckSpec]:
    """The checks that an audit of the contract answers, for each partition if the asset is partitioned like the table.

    ``delivered`` adds the one on the file itself.
    """
    names = [audit.COLUMNS] if delivered else []
    names += [audit.VALUES, *([audit.WINDOW] if contract.partitions else []), audit.KEYS, audit.VOLUME]
    names += [audit.EXPECTATIONS] if contract.expectations else []
    cut = contract.partitions if partitioned else None
    return [check_spec(contract.name, name, CHECK_DESCRIPTIONS[name], cut, blocking=True) for name in names]


def check_spec(
    asset: str, name: str, description: str, partitions: Partitions | None, *, blocking: bool
) -> dg.AssetCheckSpec:
    """One check; its answers are kept for each partition."""
    return dg.AssetCheckSpec(
        name,
        asset=asset,
        description=description,
        blocking=blocking,
        partitions_def=partitions_definition(partitions),
    )


def check_result(contract: Contract, check: CheckResult) -> dg.AssetCheckResult:
    """An audit's answer as a Dagster check result."""
    severity = dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=contract.name,
        check_name=check.name,
        passed=check.passed,
        severity=severity,
        description=check.message,
        metadata={"message": check.message, **{key: _shown(value) for key, value in check.details.items()}},
    )


def materialize_result(
    contract: Contract,
    done: Materialisation,
    *,
    checks: Sequence[dg.AssetCheckResult] = (),
    metadata: Mapping[str, Any] | None = None,
) -> dg.MaterializeResult[Any]:
    """A publish as a Dagster materialisation; equal rows have an equal data version."""
    published, report = done.publication, done.report
    facts = {
        "dagster/row_count": report.rows,
        "refused rows": report.refused_rows,
        "bytes": published.bytes,
        "files": published.files,
        "snapshot": str(published.snapshot_id),
        "input snapshots": dg.MetadataValue.json({table: str(snapshot) for table, snapshot in done.inputs.items()}),
        **{key: _shown(value) for key, value in done.facts.items() if value is not None},
    }
    return dg.MaterializeResult(
        asset_key=contract.name,
        metadata={**facts, **(metadata or {})},
        check_results=[*checks, *(check_result(contract, check) for check in done.checks)],
        data_version=dg.DataVersion(hashlib.sha256(report.profile.encode()).hexdigest()[:16]),
    )


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return dg.MetadataValue.md("\n".join(f"- `{entry}`" for entry in value) or "none")
    if isinstance(value, Mapping):
        return dg.MetadataValue.json(json.loads(json.dumps(value, default=str)))
    return value
