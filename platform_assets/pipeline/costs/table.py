"""The table ``platform.costs``: one row for each asset's part of each charge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from platform_assets.compute.cost.bill import CostItem
from platform_assets.compute.cost.charge import Attribution
from platform_assets.compute.cost.money import from_nanos, to_nanos
from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.partitions import Scope

if TYPE_CHECKING:
    import pyarrow as pa

#: The column by which a cost belongs to a month.
TIME = "ended"
COSTS = TableSpec(
    "platform.costs",
    (
        ColumnSpec("record_id", "string", False, "Identifies the use; rows of one use are published together."),
        ColumnSpec("fold_id", "string", False, "Identifies the publish that added the row."),
        ColumnSpec("run_id", "string", False, "Run that used it."),
        ColumnSpec("started", "timestamp", False, "When the use began (UTC)."),
        ColumnSpec(TIME, "timestamp", False, "When it ended (UTC); the month that it is billed in."),
        ColumnSpec("outcome", "string", False, "What became of the step: succeeded or failed."),
        ColumnSpec("asset", "string", False, "Asset that bears it."),
        ColumnSpec("product", "string", False, "Product of the asset."),
        ColumnSpec("owner", "string", False, "Owner of the asset."),
        ColumnSpec("partition", "string", True, "Partition that was made."),
        ColumnSpec("model", "string", True, "Model, for trainings."),
        ColumnSpec("model_version", "long", True, "Version that was trained, for trainings."),
        ColumnSpec("kind", "string", False, "cpu, instance, emr, ebs, s3_requests, storage or unpriced."),
        ColumnSpec("resource", "string", False, "What was used: a machine, a cluster, a table."),
        ColumnSpec("detail", "string", False, "What kind of it, as in SPOT m6g.xlarge us-east-1a."),
        ColumnSpec("quantity", "double", False, "How much of it, in unit."),
        ColumnSpec("unit", "string", False, "CPU seconds, instance seconds, GiB months or requests."),
        ColumnSpec("usd", "double", False, "US dollars, for people."),
        ColumnSpec("usd_nanos", "long", False, "The same in billionths of a dollar, exact."),
    ),
)
_OF_ATTRIBUTION = tuple(Attribution.model_fields)
_OF_ITEM = ("record_id", "run_id", "started", TIME, "outcome", "kind", "resource", "detail", "quantity", "unit")


def cost_rows(items: Iterable[CostItem], fold_id: str) -> pa.Table:
    """Costs as rows of the table."""
    import pyarrow as pa

    from platform_assets.lake.schema import arrow_schema

    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(COSTS.columns)])
    return pa.Table.from_pylist([_row(item, fold_id) for item in items], schema=schema)


def read_costs(lake: Lake, scope: Scope, snapshot_id: int | None = None) -> list[CostItem]:
    """The costs of ``scope``; none if nothing was ever folded."""
    if not lake.exists(COSTS.name):
        return []
    return [_item(row) for row in lake.read(COSTS.name, scope, snapshot_id=snapshot_id).to_pylist()]


def _row(item: CostItem, fold_id: str) -> dict[str, Any]:
    money = {"usd": float(item.usd), "usd_nanos": to_nanos(item.usd)}
    return {name: getattr(item, name) for name in _OF_ITEM} | item.to.model_dump() | money | {"fold_id": fold_id}


def _item(row: dict[str, Any]) -> CostItem:
    borne = Attribution(**{name: row[name] for name in _OF_ATTRIBUTION})
    return CostItem(**{name: row[name] for name in _OF_ITEM}, to=borne, usd=from_nanos(row["usd_nanos"]))
