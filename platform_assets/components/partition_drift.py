"""How a table's declared drift looks in Dagster: one check of every partition."""

from __future__ import annotations

import dagster as dg

from platform_assets.automation.partitions import partitions_definition
from platform_assets.quality.contract import Contract
from platform_assets.quality.watched import DRIFT, ComparedContract

_AGAINST = {"previous": "the {count} partitions before it", "season": "the same partition a year before"}


def drift_specs(contract: Contract) -> list[dg.AssetCheckSpec]:
    """The check of a table that declares drift; its answers are kept for each partition."""
    if not isinstance(contract, ComparedContract) or contract.drift is None:
        return []
    against = _AGAINST[contract.drift.reference].format(count=contract.drift.partitions)
    return [
        dg.AssetCheckSpec(
            DRIFT,
            asset=contract.name,
            description=f"The partition is distributed like {against}; a breach: {contract.drift.on_breach}.",
            blocking=contract.drift.on_breach == "block",
            partitions_def=partitions_definition(contract.partitions),
        )
    ]
