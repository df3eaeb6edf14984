"""The bill of a cluster: seconds of its instances at the prices in force, EMR's fee, and their disks.

Rules, as published by AWS (https://aws.amazon.com/emr/pricing, https://aws.amazon.com/ebs/pricing, and the whitepaper
"Leveraging Amazon EC2 Spot Instances"): whole seconds with a minimum of 60; a spot instance pays the spot price in
force; EMR's fee is per instance on top of either market's price; a disk of V GiB costs V times the price of a GiB and
month times seconds / (30 * 86,400). That EC2 does not charge a spot instance which it takes back within its first hour
is left out: the bill can only be lower.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from platform_assets.compute.cost.charge import Charge, ChargeKind
from platform_assets.compute.cost.money import as_published, dollars
from platform_assets.compute.cost.usage import ClusterUse, InstanceUse

if TYPE_CHECKING:
    from platform_assets.compute.prices.book import PriceBook

MINIMUM_SECONDS = 60
SECONDS_AN_HOUR = 3600
SECONDS_A_MONTH = 30 * 86_400


def billed_seconds(use: InstanceUse) -> int:
    """Seconds that an instance is billed for: whole ones, 60 at least."""
    return max(MINIMUM_SECONDS, math.ceil((use.ended - use.started).total_seconds()))


def cluster_charges(use: ClusterUse, book: PriceBook) -> list[Charge]:
    """The charges of a cluster, one for each kind, instance type, market and zone.

    Raises:
        PriceError: the book lacks a price.
    """
    lines: dict[tuple[ChargeKind, str], _Line] = {}
    for instance in use.instances:
        for kind, quantity, usd in _instance_lines(instance, book):
            key = (kind, f"{instance.market} {instance.instance_type} {instance.zone}")
            known = lines.get(key, _Line())
            lines[key] = _Line(known.quantity + quantity, known.usd + usd)
    return [
        Charge(
            kind=kind,
            resource=use.cluster_id,
            detail=detail,
            quantity=float(line.quantity),
            unit="GiB months" if kind == "ebs" else "instance seconds",
            usd=dollars(line.usd),
        )
        for (kind, detail), line in lines.items()
    ]


@dataclass(frozen=True)
class _Line:
    quantity: Fraction = Fraction(0)
    usd: Fraction = Fraction(0)


def _instance_lines(use: InstanceUse, book: PriceBook) -> Iterator[tuple[ChargeKind, Fraction, Fraction]]:
    seconds = Fraction(billed_seconds(use))
    yield "instance", seconds, _instance_dollars(use, book)
    yield "emr", seconds, as_published(book.emr_fee(use.instance_type)) * seconds / SECONDS_AN_HOUR
    if use.ebs_gib:
        months = as_published(use.ebs_gib) * seconds / SECONDS_A_MONTH
        yield "ebs", months, months * as_published(book.ebs_gib_month)


def _instance_dollars(use: InstanceUse, book: PriceBook) -> Fraction:
    seconds = billed_seconds(use)
    if use.market == "ON_DEMAND":
        return as_published(book.on_demand(use.instance_type)) * seconds / SECONDS_AN_HOUR
    until = use.started + timedelta(seconds=seconds)
    hourly = sum(
        (as_published(price) * _seconds(end - start) for start, end, price in _spot_prices(use, until, book)),
        Fraction(0),
    )
    return hourly / SECONDS_AN_HOUR


def _spot_prices(use: InstanceUse, until: datetime, book: PriceBook) -> Iterator[tuple[datetime, datetime, float]]:
    """The spot prices between start and ``until``, with the time in which each was in force."""
    changes = [change for change in book.spot_history(use.instance_type, use.zone) if use.started < change.at < until]
    starts = [use.started, *(change.at for change in changes)]
    prices = [book.spot(use.instance_type, use.zone, use.started), *(change.usd_per_hour for change in changes)]
    yield from zip(starts, [*starts[1:], until], prices, strict=True)


def _seconds(duration: timedelta) -> Fraction:
    return Fraction(duration // timedelta(microseconds=1), 10**6)
