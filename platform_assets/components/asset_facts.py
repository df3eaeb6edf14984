"""Facts that every asset shows: columns, lineage, owner, partitions, freshness, checks, and what was published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from platform_assets.automation.partitions import partitions_definition
from platform_assets.components.partition_drift import drift_specs
from platform_assets.components.promises import (
    CHECK_DESCRIPTION,
    NOT_DEPRECATED,
    announcements,
    contract_metadata,
    deprecation_checks,
    deprecation_metadata,
    deprecation_tags,
)
from platform_assets.components.rate_of_change import change_specs, plot_metadata
from platform_assets.components.utilisation import utilisation_metadata
from platform_assets.components.versions import history_metadata
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.quality import audit
from platform_assets.quality.audit import CheckResult
from platform_assets.quality.contract import Column, Contract, Partitions
from platform_assets.quality.expectations.naming import in_words
from platform_assets.quality.lineage import ColumnReference, lineage_of

# More columns of one table than these are counted in a description, not named.
NAMED_SOURCES = 15

CHECK_DESCRIPTIONS = {
    audit.COLUMNS: "The delivered file has exactly the contract's columns and can be read.",
    audit.VALUES: "Types, nullability, ranges and allowed values of every row.",
    audit.WINDOW: "Every row lies within the partition's month (UTC).",
    audit.KEYS: "The keys identify a row.",
    audit.VOLUME: "As many rows as a complete partition has.",
}


def asset_arguments(
    contract: Contract, product: str, kinds: set[str], reads: Sequence[Contract] = ()
) -> dict[str, Any]:
    """Arguments of ``dagster.asset`` that follow from its contract, and from those of the tables that it ``reads``."""
    return {
        "name": contract.name,
        "group_name": product,
        "description": "\n\n".join([contract.description, *announcements(contract, reads)]),
        "owners": [contract.owner],
        "kinds": kinds,
        "tags": {"product": product, **deprecation_tags(contract)},
        "code_version": f"contract-{contract.version}",
        "partitions_def": partitions_definition(contract.partitions),
        "metadata": {
            **column_metadata(contract),
            **contract_metadata(contract),
            **deprecation_metadata(contract, reads),
            "dagster/table_name": f"{product}.{contract.name}",
        },
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
    lineage = lineage_of(contract)
    columns = [
        dg.TableColumn(
            name=column.name,
            type=column.type,
            description=_description(column, lineage.get(column.name, [])),
            constraints=dg.TableColumnConstraints(
                nullable=column.nullable and column.name not in contract.keys, unique=contract.keys == [column.name]
            ),
            tags={"personal": column.personal.protect} if column.personal else {},
        )
        for column in contract.stored_columns
    ]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "contract version": contract.version,
        "keys": ", ".join(contract.keys),
    }


def column_lineage(contract: Contract) -> dict[str, Any]:
    """What each column was computed from, where Dagster looks for it: among the facts of a materialisation."""
    deps = {
        column: [dg.TableColumnDep(reference.table, reference.column) for reference in references]
        for column, references in lineage_of(contract).items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)} if deps else {}


def _description(column: Column, references: Sequence[ColumnReference]) -> str:
    """The description with the lineage in words: Dagster keeps the lineage, but its open-source UI does not draw it."""
    tables: dict[str, list[str]] = {}
    for table, name in references:
        tables.setdefault(table, []).append(name)
    listed = [
        f"`{table}` " + (", ".join(names) if len(names) <= NAMED_SOURCES else f"({len(names)} columns)")
        for table, names in tables.items()
    ]
    ends = [f"**Deprecated.** {column.deprecated}"] if column.deprecated else []
    sources = [f"*From* {'; '.join(listed)}"] if listed else []
    return "\n\n".join([column.description, *ends, *sources])


def check_specs(contract: Contract, *, delivered: bool, partitioned: bool = True) -> list[dg.AssetCheckSpec]:
    """The checks that an audit of the contract answers, for each partition if the asset is partitioned like the table.

    ``delivered`` adds the one on the file itself.
    """
    names = [audit.COLUMNS] if delivered else []
    names += [audit.VALUES, *([audit.WINDOW] if contract.partitions else []), audit.KEYS, audit.VOLUME]
    cut = contract.partitions if partitioned else None
    specs = [check_spec(contract.name, name, CHECK_DESCRIPTIONS[name], cut, blocking=True) for name in names]
    specs += [
        check_spec(
            contract.name,
            each.check_name,
            f"{in_words(each.type, each.arguments)}.",
            cut,
            blocking=each.on_violation == "refuse_partition",
        )
        for each in contract.expectations
    ]
    ends = [NOT_DEPRECATED] if contract.deprecation else []
    specs += [check_spec(contract.name, name, CHECK_DESCRIPTION, cut, blocking=False) for name in ends]
    return [*specs, *change_specs(contract), *drift_specs(contract)]


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
    details = {key: _shown(value) for key, value in check.details.items() if value is not None}
    return dg.AssetCheckResult(
        asset_key=contract.name,
        check_name=check.name,
        passed=check.passed,
        severity=severity,
        description=check.message,
        metadata={"message": check.message, **plot_metadata(check), **details},
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
        **column_lineage(contract),
        **history_metadata(published.table, published.recent),
        **{key: _shown(value) for key, value in done.facts.items() if value is not None},
        **utilisation_metadata(done.utilisation),
    }
    return dg.MaterializeResult(
        asset_key=contract.name,
        metadata={**facts, **(metadata or {})},
        check_results=[
            *checks,
            *(check_result(contract, check) for check in [*done.checks, *deprecation_checks(contract)]),
        ],
        data_version=dg.DataVersion(hashlib.sha256(report.profile.encode()).hexdigest()[:16]),
    )


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return dg.MetadataValue.md("\n".join(f"- `{entry}`" for entry in value) or "none")
    if isinstance(value, Mapping):
        return dg.MetadataValue.json(json.loads(json.dumps(value, default=str)))
    return value
