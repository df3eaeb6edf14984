"""A release from quarantine, told to Dagster: the partition counts as materialised, and conditions downstream fire."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from platform_assets.pipeline.materialisation import Materialisation
    from platform_assets.quality.audit import CheckResult
    from platform_assets.quality.contract import Contract


def tells(
    instance: dg.DagsterInstance, run_id: str | None = None, words: str | None = None
) -> "Callable[[Contract, Materialisation], None]":
    """What a release calls when it has published: one event on the asset, and one for each of its checks.

    Args:
        run_id: the run that released it; None at the command line.
        words: what happened; by default that it was released from quarantine, by whom and why.
    """

    def tell(contract: "Contract", done: "Materialisation") -> None:
        instance.report_runless_asset_event(_materialisation(contract, done, run_id, words))
        for check in done.checks:
            instance.report_runless_asset_event(_evaluation(contract, check, done.partition))

    return tell


def _materialisation(
    contract: "Contract", done: "Materialisation", run_id: str | None, words: str | None
) -> dg.AssetMaterialization:
    published, facts = done.publication, {name: value for name, value in done.facts.items() if value is not None}
    metadata: dict[str, Any] = {
        "dagster/row_count": done.report.rows,
        "refused rows": done.report.refused_rows,
        "bytes": published.bytes,
        "files": published.files,
        "snapshot": str(published.snapshot_id),
        "input snapshots": dg.MetadataValue.json({table: str(snapshot) for table, snapshot in done.inputs.items()}),
        **({"run": dg.MetadataValue.dagster_run(run_id)} if run_id else {}),
        **facts,
    }
    version = hashlib.sha256(done.report.profile.encode()).hexdigest()[:16]
    return dg.AssetMaterialization(
        contract.name,
        partition=done.partition,
        description=words or f"Released from quarantine by {facts['released by']}: {facts['release reason']}",
        metadata=metadata,
        # Equal rows have an equal data version, as after a run of the asset itself.
        tags={"dagster/data_version": version, "dagster/data_version_is_user_provided": "true"},
    )


def _evaluation(contract: "Contract", check: "CheckResult", partition: str | None) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(contract.name),
        check_name=check.name,
        passed=check.passed,
        severity=dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN,
        description=check.message,
        # An overruled check tells the sensor of alerts that its breach is over.
        metadata={"message": check.message, **check.details},
        partition=partition,
    )
