"""How a table's declared drift looks in Dagster: a check of every partition, and one more for columns together."""

from __future__ import annotations

import dagster as dg

from platform_assets.automation.partitions import partitions_definition
from platform_assets.quality.contract import Contract
from platform_assets.quality.watched import DRIFT, DRIFT_TOGETHER, ComparedContract

_AGAINST = {"previous": "the {count} partitions before it", "season": "the same partition a year before"}


def drift_specs(contract: Contract) -> list[dg.AssetCheckSpec]:
    """The check of a table that declares drift; its answers are kept for each partition."""
    if not isinstance(contract, ComparedContract) or contract.drift is None:
        return []
    against = _AGAINST[contract.drift.reference].format(count=contract.drift.partitions)
    holds = {
        DRIFT: f"Every column is distributed as in {against}",
        DRIFT_TOGETHER: f"Columns go together as in {against}, by a sample of the rows",
    }
    return [
        dg.AssetCheckSpec(
            name,
            asset=contract.name,
            description=f"{holds[name]}; a breach: {contract.drift.on_breach}.",
            blocking=contract.drift.on_breach == "block",
            partitions_def=partitions_definition(contract.partitions),
        )
        for name in contract.drift_checks
    ]
