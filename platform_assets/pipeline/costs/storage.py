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
from platform_assets.pipeline.costs.table import COSTS, TIME
from platform_assets.pipeline.product import Product

PLATFORM, PLATFORM_OWNER = "platform", "team:platform"
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
        owner = attribution(plan.table, products)
        monthly = plan.before.monthly_dollars(prices, plan.policy.archive_class)
        last = seen.get(plan.table)
        # A look of no length is remembered too.
        for start, end in by_month(last, now) if last else [(now, now)]:
            yield UsageRecord(
                record_id=f"storage/{plan.table}/{start.isoformat()}",
                run_id=run_id,
                started=start,
                ended=end,
                outcome="succeeded",
                shares=(Share(to=owner),),
                charges=(storage_charge(plan.table, plan.before.bytes, monthly, start, end),),
            )


def attribution(table: str, products: Sequence[Product]) -> Attribution:
    """Who bears what a table costs: the asset of its name, and its declared owner; the platform for all others."""
    namespace, _, name = table.partition(".")
    product = next((each for each in products if each.name == namespace), None)
    if product is None:
        return Attribution(asset=table, product=PLATFORM, owner=PLATFORM_OWNER)
    contracts = {**product.datasets, **product.feature_sets}
    models = [model for model in product.models.values() if name.startswith(f"{model.name}_")]
    nearest = max(models, key=lambda model: len(model.name), default=None)
    owner = contracts[name].owner if name in contracts else nearest.owner if nearest else PLATFORM_OWNER
    return Attribution(asset=name, product=product.name, owner=owner)


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
