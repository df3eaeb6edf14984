"""What the tables' bytes cost: accrued from one look to the next, and borne by the assets that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from platform_assets.compute.cost.charge import Attribution, Share
from platform_assets.compute.cost.record import UsageRecord
from platform_assets.compute.cost.storage import by_month, storage_charge
from platform_assets.lake import Lake, Window
from platform_assets.lake.footprint import PriceList
from platform_assets.lake.retention import RetentionPlan
from platform_assets.pipeline.asset_owners import PLATFORM_OWNER, asset_owners
from platform_assets.pipeline.costs.table import COSTS, TIME
from platform_assets.pipeline.product import Product

PLATFORM = "platform"
# Of a gap longer than this nobody knows what lay there.
REMEMBERED = timedelta(days=62)


def storage_records(
    lake: Lake,
    plans: Iterable[RetentionPlan],
    prices: PriceList,
    products: Sequence[Product],
    now: datetime,
    run_id: str,
) -> Iterator[UsageRecord]:
    """What each table's bytes cost since they were last looked at, at the size that they have now.

    The first look at a table costs nothing: it is where counting begins. A record's id holds the moment from which it
    counts, so the same time is never billed twice.
    """
    seen = _last_looks(lake, now)
    for plan in plans:
        bearer = attribution(plan.table, products)
        monthly = plan.before.monthly_dollars(prices, plan.policy.archive_class)
        last = seen.get(plan.table)
        for start, end in by_month(last, now) if last else [(now, now)]:
            yield UsageRecord(
                record_id=f"storage/{plan.table}/{start.isoformat() if last else 'first look'}",
                run_id=run_id,
                started=start,
                ended=_within_month(start, end),
                outcome="succeeded",
                shares=(Share(to=bearer),),
                charges=(storage_charge(plan.table, plan.before.bytes, monthly, start, end),),
            )


def _within_month(start: datetime, end: datetime) -> datetime:
    """The last moment of a time that may end with its month: midnight itself belongs to the next."""
    return end if (end.year, end.month) == (start.year, start.month) else end - timedelta(microseconds=1)


def attribution(table: str, products: Sequence[Product]) -> Attribution:
    """Who bears what a table costs: the asset of its name and its declared owner; the platform for all others."""
    namespace, _, name = table.partition(".")
    for product in products:
        owner = asset_owners(product).get(name)
        if product.name == namespace and owner is not None:
            return Attribution(asset=name, product=namespace, owner=owner)
    return Attribution(asset=table, product=PLATFORM, owner=PLATFORM_OWNER)


def _last_looks(lake: Lake, now: datetime) -> dict[str, datetime]:
    if not lake.exists(COSTS.name):
        return {}
    window = Window(TIME, now - REMEMBERED, now + timedelta(days=1))
    rows = lake.read(COSTS.name, window, columns=["kind", "resource", TIME]).to_pylist()
    looks: dict[str, datetime] = {}
    for row in rows:
        if row["kind"] == "storage":
            looks[row["resource"]] = max(row[TIME], looks.get(row["resource"], row[TIME]))
    return looks
