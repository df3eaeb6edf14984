"""The replay's table: a line a month, read back from the lake and the Dagster instance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import dagster as dg
from rich.table import Table

from platform_assets.learning import partitions
from platform_assets.learning.policy import REASONS_TO_TRAIN
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.model_tables import MONTH
from platform_assets.pipeline.quarantine_entry import QUARANTINE


@dataclass(frozen=True)
class MonthLine:
    """What became of one month; figures are None while they are not known."""

    month: str
    rows: int
    refused: int
    auc: float | None
    baseline_auc: float | None
    brier: float | None
    drift: str | None
    decision: str | None
    reason: str | None
    version: int | None
    promoted: bool
    seconds: float


def month_lines(
    workspace: Workspace, instance: dg.DagsterInstance, product: Product, model: str, seconds: dict[str, float]
) -> list[MonthLine]:
    """One line for each month in ``seconds``."""
    declared = product.models[model]
    rows = _materialised_rows(instance, declared.label.dataset)
    refused = _refused(workspace, product)
    performance = _by_month(workspace, product.table(f"{model}_performance"))
    drift = _by_month(workspace, product.table(f"{model}_drift_report"))
    promoted = _by_month(workspace, product.table(f"{model}_champion"))
    decisions = _decisions(instance, model)
    return [
        MonthLine(
            month=month,
            rows=rows.get(month, 0),
            refused=refused.get(month, 0),
            auc=performance.get(month, {}).get("auc"),
            baseline_auc=performance.get(month, {}).get("baseline_auc"),
            brier=performance.get(month, {}).get("brier"),
            drift=drift.get(month, {}).get("partition_verdict"),
            decision=decisions.get(month, {}).get("decision"),
            reason=decisions.get(month, {}).get("reason"),
            version=drift.get(month, {}).get("model_version"),
            promoted=month in promoted,
            seconds=spent,
        )
        for month, spent in seconds.items()
    ]


def summary_table(lines: list[MonthLine]) -> Table:
    """The lines as a table for the terminal."""
    table = Table(title="A year through the platform", title_justify="left", expand=False)
    table.add_column("month")
    for name in ("flights", "refused", "AUC", "naive AUC", "Brier"):
        table.add_column(name, justify="right")
    table.add_column("drift")
    table.add_column("champion", justify="right")
    table.add_column("retrained?")
    table.add_column("s", justify="right")
    for line in lines:
        table.add_row(
            line.month,
            f"{line.rows:,}",
            f"{line.refused:,}" if line.refused else "-",
            _figure(line.auc),
            _figure(line.baseline_auc),
            _figure(line.brier),
            (line.drift or "-").replace("_", " "),
            f"v{line.version}" if line.version else "-",
            _retrained(line),
            f"{line.seconds:.1f}",
        )
    total = sum(line.rows for line in lines)
    table.add_section()
    table.add_row("all", f"{total:,}", f"{sum(line.refused for line in lines):,}", *[""] * 6, f"{_total(lines):.1f}")
    return table


def _retrained(line: MonthLine) -> str:
    if line.decision is None:
        return "-"
    words = line.decision.replace("_", " ")
    if line.decision not in REASONS_TO_TRAIN:
        return f"no: {words}"
    return f"yes: {words}" + (", promoted" if line.promoted else ", refused by a gate")


def _total(lines: list[MonthLine]) -> float:
    return sum(line.seconds for line in lines)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _materialised_rows(instance: dg.DagsterInstance, asset: str) -> dict[str, int]:
    found = _latest_by_partition(instance, asset)
    return {partition: int(metadata["dagster/row_count"].value) for partition, metadata in found.items()}


def _decisions(instance: dg.DagsterInstance, model: str) -> dict[str, dict[str, Any]]:
    found = _latest_by_partition(instance, f"{model}_retraining")
    return {partition: {key: value.value for key, value in metadata.items()} for partition, metadata in found.items()}


def _latest_by_partition(instance: dg.DagsterInstance, asset: str) -> dict[str, Any]:
    records = instance.fetch_materializations(dg.AssetKey(asset), limit=10_000, ascending=True).records
    return {
        record.partition_key: record.asset_materialization.metadata
        for record in records
        if record.partition_key is not None and record.asset_materialization is not None
    }


def _by_month(workspace: Workspace, table: str) -> dict[str, dict[str, Any]]:
    rows = workspace.lake.read(table).to_pylist() if workspace.lake.exists(table) else []
    return {partitions.partition_of(row[MONTH]): row for row in rows}


def _refused(workspace: Workspace, product: Product) -> dict[str, int]:
    """Rows that the newest refusal of each partition set aside; a partition made again refuses the same rows again."""
    if not workspace.lake.exists(QUARANTINE.name):
        return {}
    entries = sorted(workspace.lake.read(QUARANTINE.name).to_pylist(), key=lambda row: row["refused_at"])
    newest = {(row["table"], row["partition"] or ""): row["rows"] or 0 for row in entries}
    counts: dict[str, int] = defaultdict(int)
    for (table, partition), rows in newest.items():
        if table.startswith(f"{product.name}."):
            counts[partition] += rows
    return counts
