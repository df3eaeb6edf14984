"""How declared rates of change look in Dagster: a check a rule, and the plot that explains its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

from platform_assets.quality.audit import CheckResult
from platform_assets.quality.contract import Contract
from platform_assets.quality.rate_of_change.rule import RateOfChange, WatchedContract


def change_rules(contract: Contract) -> Sequence[RateOfChange]:
    """The rules that are declared on a table."""
    return contract.rate_of_change if isinstance(contract, WatchedContract) else []


def rule_words(rule: RateOfChange) -> str:
    """What the check of a rule is about."""
    return (
        f"{rule.description} Watches {rule.metric} by the strategy {rule.strategy.kind}; on a breach: {rule.on_breach}."
    )


def plot_metadata(check: CheckResult) -> dict[str, dg.MetadataValue[Any]]:
    """The picture of a check, if it has one, as the Dagster UI shows it."""
    if not check.picture:
        return {}
    from platform_assets.quality.rate_of_change.plot import as_markdown

    return {"plot": dg.MetadataValue.md(as_markdown(check.picture, check.message))}
