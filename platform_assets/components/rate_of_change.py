"""How declared rates of change look in Dagster: a check a rule, and the plot that explains its answer."""

from __future__ import annotations

from typing import Any

import dagster as dg

from platform_assets.automation.partitions import partitions_definition
from platform_assets.quality.audit import CheckResult
from platform_assets.quality.contract import Contract
from platform_assets.quality.rate_of_change.rule import WatchedContract


def change_specs(contract: Contract) -> list[dg.AssetCheckSpec]:
    """A check for every rule that is declared on a table; its answers are kept for each partition."""
    if not isinstance(contract, WatchedContract):
        return []
    return [
        dg.AssetCheckSpec(
            rule.name,
            asset=contract.name,
            description=f"{rule.description} Watches {rule.metric} ({rule.strategy.kind}); a breach: {rule.on_breach}.",
            blocking=rule.can_block,
            partitions_def=partitions_definition(contract.partitions),
        )
        for rule in contract.rate_of_change
    ]


def plot_metadata(check: CheckResult) -> dict[str, dg.MetadataValue[Any]]:
    """The picture of a check, if it has one, as the Dagster UI shows it."""
    if not check.picture:
        return {}
    from platform_assets.quality.rate_of_change.plot import as_markdown

    return {"plot": dg.MetadataValue.md(as_markdown(check.picture, check.message))}
