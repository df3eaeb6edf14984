"""Retention of all tables: what is declared for each, what it would change, and carrying it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from platform_assets.lake import Lake
from platform_assets.lake.errors import TableNotFound
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.orphans import abandoned_staging, delete_files
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.retention import RetentionPlan
from platform_assets.lake.upkeep import RetentionResult, apply_retention, plan_table
from platform_assets.pipeline.expired_versions import note_expiring
from platform_assets.pipeline.product import Product

DEFAULT = RetentionPolicy()


@dataclass(frozen=True)
class RetentionRun:
    """What one run of retention did: table by table, and staged files of tables that were never published."""

    results: tuple[RetentionResult, ...]
    abandoned_files: int
    abandoned_bytes: int


def declared_policies(products: Iterable[Product]) -> dict[str, RetentionPolicy]:
    """The policy of every declared table that has one; predictions are kept like the features that they are made of."""
    policies = {}
    for product in products:
        for contract in [*product.datasets.values(), *product.feature_sets.values()]:
            if contract.retention is not None:
                policies[product.table(contract.name)] = contract.retention.policy()
        for model in product.models.values():
            features = product.table(model.feature_set)
            if features in policies:
                policies[product.table(f"{model.name}_predictions")] = policies[features]
    return policies


def chosen_tables(lake: Lake, only: Sequence[str] = ()) -> list[str]:
    """All tables of the lake, or those that are asked for; raises TableNotFound for one that was never published."""
    known = lake.tables()
    for table in only:
        if table not in known:
            raise TableNotFound(table)
    return list(only) or known


def plan_tables(
    lake: Lake, policies: Mapping[str, RetentionPolicy], now: datetime, only: Sequence[str] = ()
) -> Iterator[RetentionPlan]:
    """What retention would change, table by table; tables without a declared policy have the default."""
    for table in chosen_tables(lake, only):
        yield plan_table(lake, table, policies.get(table, DEFAULT), now)


def run_retention(
    lake: Lake, policies: Mapping[str, RetentionPolicy], now: datetime, run_id: str, only: Sequence[str] = ()
) -> RetentionRun:
    """Carry out retention; the other tables wait for nobody, as each is finished before the next is looked at.

    Stored profiles are packed first, so that any window of many partitions stays quick to merge. What versions recorded
    is noted before they expire, so that the origin of rows that stay can still be told.

    Args:
        run_id: who asked, recorded on the snapshots that this makes.
        only: tables to look after; by default all, and what was staged for tables that do not exist.
    """
    from platform_assets.quality.profile_packing import pack_profiles
    from platform_assets.quality.profile_table import PROFILES

    tables = chosen_tables(lake, only)
    if PROFILES.name in tables:
        pack_profiles(lake, {"run-id": run_id})
    results = []
    for table in tables:
        policy = policies.get(table, DEFAULT)
        note_expiring(lake, table, policy, now, run_id)
        results.append(apply_retention(lake, table, policy, now, {"run-id": run_id}))
    if only:
        return RetentionRun(tuple(results), 0, 0)
    with told_as_store_failure("Deleting abandoned files"):
        abandoned = abandoned_staging(lake, now - DEFAULT.grace)
        return RetentionRun(tuple(results), len(abandoned), delete_files(lake, abandoned))
