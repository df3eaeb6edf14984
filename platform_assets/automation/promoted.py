"""A promotion or rollback that a person or a policy decided, told to Dagster as an event of the champion's asset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.automation.released import tells

if TYPE_CHECKING:
    from platform_assets.pipeline.product import MonitoredModelDeclaration
    from platform_assets.pipeline.promotion import Promotion

SIGNED_OFF = "signed_off"


def tell_promotion(
    instance: dg.DagsterInstance, model: MonitoredModelDeclaration, promotion: Promotion, run_id: str | None = None
) -> None:
    """One materialisation of the champion, with who decided it and why, and the checks of its row.

    Args:
        run_id: the run that decided it; None at the command line.
    """
    from platform_assets.pipeline.model_tables import champions_contract

    contract = champions_contract(model)
    against = ", although gates had refused it," if promotion.override else ""
    words = f"Version {promotion.version} was made champion{against} by {promotion.decided_by}: {promotion.reason}"
    # The asset is not cut, although its table is.
    tells(instance, run_id, words)(contract, replace(promotion.record, partition=None))
    if model.promotion == "sign_off":
        check = signed_off(contract.name, True, words)
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(contract.name),
                check_name=SIGNED_OFF,
                passed=True,
                severity=check.severity,
                description=words,
                metadata={"message": words},
            )
        )


def signed_off(asset: str, passed: bool, message: str) -> dg.AssetCheckResult:
    """Whether the newest accepted candidate waits for a person."""
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=SIGNED_OFF,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=message,
        metadata={"message": message},
    )
