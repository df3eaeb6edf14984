"""A current price book of a region, from AWS's own services."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from platform_assets.compute.prices.advisor import Advice, read_advice
from platform_assets.compute.prices.aws import PriceClients
from platform_assets.compute.prices.book import Offer, PriceBook
from platform_assets.compute.prices.price_list import disk_price, emr_fees, instance_prices, s3_prices
from platform_assets.compute.prices.spot_market import instance_types, spot_history

# General, compute and memory types since the fifth generation, in the sizes of Spark's workers.
WORKERS = re.compile(r"[mcr](?:[5-9]|\d{2})[a-z]*\.(?:xlarge|2xlarge|4xlarge)")


def fetch_prices(
    region: str,
    clients: PriceClients,
    advisor: bytes,
    now: datetime,
    history_days: float = 14,
    types: re.Pattern[str] = WORKERS,
) -> PriceBook:
    """Prices of every type whose name matches and that EMR can use.

    Args:
        advisor: Spot Advisor's published file (``fetch_advisor``).
        history_days: how far the spot prices go back; EC2 keeps 90 days.

    Raises:
        PricesNotFetched: AWS refused, could not be reached, or has no such prices.
    """
    on_demand, fees = instance_prices(clients.pricing, region), emr_fees(clients.pricing, region)
    names = sorted(name for name in on_demand.keys() & fees.keys() if types.fullmatch(name))
    advice = read_advice(advisor, region)
    described = instance_types(clients.ec2, names)
    return PriceBook(
        region=region,
        source="AWS Price List, EC2 spot price history and Spot Advisor",
        as_of=now,
        offers={
            each.name: Offer(
                type=each,
                on_demand=on_demand[each.name],
                emr_fee=fees[each.name],
                **_advised(advice.get(each.name)),
            )
            for each in described
        },
        spot_prices=spot_history(clients.ec2, names, now - timedelta(days=history_days)),
        ebs_gib_month=disk_price(clients.pricing, region),
        **s3_prices(clients.pricing, region),
    )


def _advised(advice: Advice | None) -> dict[str, float | int]:
    return {} if advice is None else {"spot_savings": advice.savings, "interruption_band": advice.band}
