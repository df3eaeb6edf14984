"""What it costs to keep tables and to ask for their files."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from platform_assets.compute.cost.charge import Charge
from platform_assets.compute.cost.money import as_published, dollars

if TYPE_CHECKING:
    from platform_assets.compute.prices.book import PriceBook
    from platform_assets.lake.requests import Requests

GIBIBYTE = 1024**3
REQUESTS_A_PRICE = 1000


def storage_charge(table: str, stored_bytes: int, monthly_usd: float, start: datetime, end: datetime) -> Charge:
    """What a table's bytes cost from ``start`` to ``end``, both within one month: that share of the month's price.

    S3 bills GB-months by byte hours over the hours of that very month (https://aws.amazon.com/s3/pricing).

    Args:
        monthly_usd: what the bytes cost if they stay for the whole month.
    """
    share = _share_of_month(start, end)
    return Charge(
        kind="storage",
        resource=table,
        detail=f"{stored_bytes} bytes",
        quantity=float(Fraction(stored_bytes, GIBIBYTE) * share),
        unit="GiB months",
        usd=dollars(as_published(monthly_usd) * share),
    )


def request_charges(where: str, made: Requests, book: PriceBook) -> list[Charge]:
    """What requests to S3 cost; a thousand of each kind has a price."""
    asked = (("PUT", made.puts, book.s3_put_per_1000), ("GET", made.gets, book.s3_get_per_1000))
    return [
        Charge(
            kind="s3_requests",
            resource=where,
            detail=method,
            quantity=count,
            unit="requests",
            usd=dollars(as_published(price) * count / REQUESTS_A_PRICE),
        )
        for method, count, price in asked
        if count
    ]


def by_month(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time from ``start`` to ``end`` cut where months begin."""
    while start < end:
        cut = min(end, start.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + _length(start))
        yield start, cut
        start = cut


def _share_of_month(start: datetime, end: datetime) -> Fraction:
    microsecond = timedelta(microseconds=1)
    return Fraction((end - start) // microsecond, _length(start) // microsecond)


def _length(moment: datetime) -> timedelta:
    return timedelta(days=calendar.monthrange(moment.year, moment.month)[1])
