"""A partition about to be published is compared with the published ones before it, from stored profiles alone."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from platform_assets.learning.partitions import between, previous_partition
from platform_assets.quality.rate_of_change.rule import RateOfChange, WatchedContract

if TYPE_CHECKING:
    from platform_assets.lake import Lake
    from platform_assets.quality.audit import AuditReport
    from platform_assets.quality.contract import Contract
    from platform_assets.quality.profile import TableProfile


def with_rates_of_change(
    lake: Lake, table: str, contract: Contract, partition: str | None, report: AuditReport
) -> AuditReport:
    """The audit of a staged partition with one more check for every declared rate of change.

    The partition itself is known from its staged profile, so an older profile of it is never its own history.
    """
    if not isinstance(contract, WatchedContract) or not contract.rate_of_change or partition is None:
        return report
    from platform_assets.quality.profile import TableProfile
    from platform_assets.quality.rate_of_change.checks import change_checks

    staged = TableProfile.from_bytes(base64.b64decode(report.profile))
    earlier = earlier_profiles(lake, table, partition, named_columns(contract.rate_of_change))
    checks = change_checks(contract.rate_of_change, partition, staged, earlier)
    return report.model_copy(update={"checks": [*report.checks, *checks]})


def earlier_profiles(lake: Lake, table: str, partition: str, columns: Sequence[str]) -> dict[str, TableProfile | None]:
    """Some columns' profile of every partition before this one, from the first that has one; None for those without."""
    from platform_assets.quality.profile_table import read_profiles

    return _without_gaps(read_profiles(lake, table, columns=columns), partition)


def named_columns(rules: Iterable[RateOfChange]) -> list[str]:
    """Columns that the metrics of rules name."""
    named = {reference.column for rule in rules for reference in rule.expression.references()}
    return sorted(column for column in named if column is not None)


def breaches_that_ask_for_a_training(
    lake: Lake, table: str, contract: WatchedContract, as_of: str
) -> dict[str, list[str]]:
    """The rules declared ``on_breach: retrain`` that published partitions break, by partition: ``as_of`` and the
    unbroken breaches before it.

    They are judged again from stored profiles, which gives the verdict of the check: each by its earlier partitions.
    """
    rules = rules_that_ask_for_a_training(contract)
    if not rules:
        return {}
    from platform_assets.quality.profile_table import read_profiles

    return unbroken_breaches(rules, read_profiles(lake, table, columns=named_columns(rules)), as_of)


def rules_that_ask_for_a_training(contract: WatchedContract) -> list[RateOfChange]:
    """Those of a contract's rules that are declared ``on_breach: retrain``."""
    return [rule for rule in contract.rate_of_change if rule.on_breach == "retrain"]


def unbroken_breaches(
    rules: Sequence[RateOfChange], stored: Mapping[str, TableProfile], as_of: str
) -> dict[str, list[str]]:
    """Names of the rules that ``as_of`` and the partitions right before it break, until one that breaks none.

    Args:
        stored: profiles by partition, at least of the columns that the rules name.
    """
    from platform_assets.quality.rate_of_change.checks import judge_partition

    found: dict[str, list[str]] = {}
    partition = as_of
    while partition in stored:
        earlier = _without_gaps(stored, partition)
        broken = [
            rule.name
            for rule in rules
            if judge_partition(rule, partition, stored[partition], earlier).verdict == "anomaly"
        ]
        if not broken:
            break
        found[partition], partition = broken, previous_partition(partition)
    return found


def _without_gaps(stored: Mapping[str, TableProfile], partition: str) -> dict[str, TableProfile | None]:
    before = [name for name in stored if name < partition]
    return {name: stored.get(name) for name in between(before[0], previous_partition(partition))} if before else {}
