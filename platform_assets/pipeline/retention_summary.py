"""Retention in figures for people and programs: what goes, bytes and monthly cost before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from platform_assets.lake import Lake
from platform_assets.lake.footprint import Footprint, PriceList
from platform_assets.lake.retention import RetentionPlan
from platform_assets.lake.sizes import size
from platform_assets.lake.upkeep import RetentionResult


def price_list(lake: Lake) -> PriceList:
    """Which prices hold for the place where the lake is."""
    return "local" if lake.store.is_local else "s3"


def plan_figures(plan: RetentionPlan, prices: PriceList) -> dict[str, Any]:
    """A plan as plain values; bytes, and US dollars a month."""
    return {
        "table": plan.table,
        "expired": list(plan.expired),
        "small_files": sum(len(group) for group in plan.compacted),
        "snapshots": len(plan.snapshots),
        "orphans": len(plan.orphans),
        "history_days": plan.policy.history.days,
        "before": _side(plan.before, plan, prices),
        "after": _side(plan.after, plan, prices),
    }


def result_figures(result: RetentionResult, prices: PriceList) -> dict[str, Any]:
    """What was done as plain values; ``now`` still has the versions that run out later, ``after`` has not."""
    return {
        **plan_figures(result.plan, prices),
        "expired": list(result.expired),
        "small_files": result.merged,
        "snapshots": result.snapshots,
        "deleted_files": result.deleted,
        "deleted_bytes": result.deleted_bytes,
        "now": _side(result.now, result.plan, prices),
    }


def total(figures: Iterable[dict[str, Any]], side: str) -> dict[str, float]:
    """Bytes and dollars of one side over all tables."""
    sides = [each[side] for each in figures]
    return {
        "bytes": sum(each["bytes"] for each in sides),
        "monthly_dollars": sum(each["monthly_dollars"] for each in sides),
    }


def in_words(figures: dict[str, Any]) -> str:
    """What goes, in a few words."""
    expired: Sequence[str] = figures["expired"]
    months = f"{expired[0]} to {expired[-1]}" if len(expired) > 1 else "".join(expired)
    parts = [
        f"rows of {months}" if expired else "",
        _counted(figures["snapshots"], "version"),
        _counted(figures.get("deleted_files", figures["orphans"]), "unused file"),
        f"{_counted(figures['small_files'], 'small file')} merged" if figures["small_files"] else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing"


def markdown(figures: Sequence[dict[str, Any]]) -> str:
    """All tables as Markdown."""
    lines = ["| table | went | before | now | when replaced versions have run out |", "|---|---|---:|---:|---:|"]
    for each in figures:
        sides = " | ".join(size(each[side]["bytes"]) for side in ("before", "now", "after"))
        lines.append(f"| {each['table']} | {in_words(each)} | {sides} |")
    return "\n".join(lines)


def _side(footprint: Footprint, plan: RetentionPlan, prices: PriceList) -> dict[str, Any]:
    return {
        "bytes": footprint.bytes,
        "data_bytes": footprint.data,
        "archived_bytes": footprint.archived,
        "metadata_bytes": footprint.metadata,
        "unreferenced_bytes": footprint.unreferenced,
        "held_by_tags_bytes": footprint.held_by_tags,
        "monthly_dollars": footprint.monthly_dollars(prices, plan.policy.archive_class),
    }


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}" if number else ""
