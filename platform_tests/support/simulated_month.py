"""A made-up month on AWS: clusters, some shared, some short-lived, with spot prices that move; CPU seconds; S3.

``expected_cents`` adds the bill up in another way than the platform does: second by second.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from platform_assets.compute.cost.charge import Attribution, Share
from platform_assets.compute.cost.cluster import cluster_charges
from platform_assets.compute.cost.embedded import cpu_charge
from platform_assets.compute.cost.meter import cluster_record
from platform_assets.compute.cost.record import UsageRecord
from platform_assets.compute.cost.storage import request_charges, storage_charge
from platform_assets.compute.cost.usage import ClusterUse, EmbeddedUse, InstanceUse
from platform_assets.compute.prices.book import InstanceType, Offer, PriceBook, SpotPrice
from platform_assets.lake.requests import Requests

MONTH = "2026-10"
START = datetime(2026, 10, 1, tzinfo=UTC)
ZONES = ("us-east-1a", "us-east-1b")
CPU_HOUR = 0.05
GIB = 1024**3

ASSETS = (
    Attribution(asset="flights", product="flight_delay", owner="team:flight-operations"),
    Attribution(asset="weather", product="flight_delay", owner="team:flight-operations"),
    Attribution(asset="flight_features", product="flight_delay", owner="team:data-science"),
    Attribution(asset="baskets", product="shop", owner="team:shop"),
)
TRAINED = Attribution(
    asset="flight_delay_model", product="flight_delay", owner="team:data-science", model="flight_delay", model_version=7
)


@dataclass(frozen=True)
class SimulatedMonth:
    """Records of a month, and exact dollars by asset as another way of counting has them."""

    book: PriceBook
    records: list[UsageRecord]
    expected: dict[str, Decimal]

    @property
    def expected_cents(self) -> Decimal:
        return sum(self.expected.values(), Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def price_book(seed: int = 5) -> PriceBook:
    """Three types whose spot prices change every hour or two in two zones."""
    draw = random.Random(seed)
    types = {"m6g.xlarge": (0.154, 0.0385), "m5.2xlarge": (0.384, 0.096), "r5.xlarge": (0.252, 0.063)}
    moments = [START + timedelta(seconds=draw.randrange(3000, 7000) * step) for step in range(600)]
    ordered = sorted(set(moments))
    spot = {
        name: {
            zone: tuple(SpotPrice(at, round(price * draw.uniform(0.25, 0.6), 4)) for at in ordered) for zone in ZONES
        }
        for name, (price, _) in types.items()
    }
    return PriceBook(
        region="us-east-1",
        source="made up for a test",
        as_of=START,
        offers={
            name: Offer(type=InstanceType(name, 4, 16.0, "x86_64"), on_demand=price, emr_fee=fee)
            for name, (price, fee) in types.items()
        },
        spot_prices=spot,
        ebs_gib_month=0.08,
        s3_gib_month=0.023,
        s3_put_per_1000=0.005,
        s3_get_per_1000=0.0004,
    )


def simulated_month(clusters: int = 24, steps: int = 200, seed: int = 11) -> SimulatedMonth:
    """The month; every third cluster is shared by several assets."""
    draw, book = random.Random(seed), price_book()
    records: list[UsageRecord] = []
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for number in range(clusters):
        use = _cluster(draw, book, number)
        shares = [Share(to=asset, weight=draw.randrange(10, 900)) for asset in draw.sample(ASSETS, 3)]
        shares = shares if number % 3 == 0 else [Share(to=TRAINED if number % 3 == 1 else ASSETS[2])]
        outcome = "failed" if number % 7 == 0 else "succeeded"
        records.append(cluster_record(use, cluster_charges(use, book), f"run-{number}", shares, outcome))
        whole = sum(Decimal(share.weight) for share in shares)
        for share in shares:
            expected[share.to.asset] += _second_by_second(use, book) * Decimal(share.weight) / whole
    for number in range(steps):
        asset, seconds = draw.choice(ASSETS), round(draw.uniform(0.01, 4000), 3)
        ended = START + timedelta(seconds=draw.randrange(31 * 86_400))
        charge = cpu_charge(EmbeddedUse(seconds), CPU_HOUR, "laptop")
        records.append(_record(f"step-{number}", ended, asset, [charge]))
        expected[asset.asset] += Decimal(str(seconds)) * Decimal(str(CPU_HOUR)) / 3600
    for asset in ASSETS:
        stored, puts, gets = draw.randrange(50, 900) * GIB, draw.randrange(10**6), draw.randrange(10**7)
        monthly = round(stored / GIB * 0.023, 6)
        for day in range(31):
            begin = START + timedelta(days=day)
            charge = storage_charge(asset.asset, stored, monthly, begin, begin + timedelta(days=1))
            # The last day ends with the month, a microsecond before the next begins.
            ended = begin + timedelta(days=1, microseconds=-1)
            records.append(_record(f"storage/{asset.asset}/{day}", ended, asset, [charge]))
        records.append(
            _record(f"requests/{asset.asset}", ended, asset, request_charges("lake", Requests(puts, gets), book))
        )
        asked = Decimal(puts) * Decimal("0.005") / 1000 + Decimal(gets) * Decimal("0.0004") / 1000
        expected[asset.asset] += Decimal(str(monthly)) + asked
    return SimulatedMonth(book, records, dict(expected))


def _record(record_id: str, ended: datetime, asset: Attribution, charges: list) -> UsageRecord:
    return UsageRecord(
        record_id=record_id,
        run_id="run",
        started=ended - timedelta(seconds=1),
        ended=ended,
        outcome="succeeded",
        shares=(Share(to=asset),),
        charges=tuple(charges),
    )


def _cluster(draw: random.Random, book: PriceBook, number: int) -> ClusterUse:
    started = START + timedelta(seconds=draw.randrange(86_400, 29 * 86_400))
    life = draw.choice((12, 45, 600, 4000, 8000))
    instances = [
        InstanceUse(
            instance_id=f"i-{number}-{place}",
            instance_type=draw.choice(sorted(book.offers)),
            market="ON_DEMAND" if place == 0 else "SPOT",
            role="primary" if place == 0 else "core" if place < 3 else "task",
            zone=ZONES[number % 2],
            started=started + timedelta(seconds=draw.randrange(5)),
            # Some are lost before the others end, some after a few seconds.
            ended=started
            + timedelta(seconds=5 + draw.choice((life, life, life // 3)), milliseconds=draw.randrange(900)),
            ebs_gib=draw.choice((32.0, 64.0, 100.0)),
        )
        for place in range(draw.randrange(3, 9))
    ]
    return ClusterUse(f"j-{number:05}", "us-east-1", tuple(instances))


def _second_by_second(use: ClusterUse, book: PriceBook) -> Decimal:
    """What the cluster costs: each second of each instance at the price that is in force as it begins."""
    total = Decimal(0)
    for instance in use.instances:
        name, lasted = instance.instance_type, (instance.ended - instance.started).total_seconds()
        seconds = max(60, -int(-lasted // 1))
        for second in range(seconds):
            moment = instance.started + timedelta(seconds=second)
            spot = instance.market == "SPOT"
            price = book.spot(name, instance.zone, moment) if spot else book.on_demand(name)
            total += (Decimal(str(price)) + Decimal(str(book.emr_fee(name)))) / 3600
        total += Decimal(str(instance.ebs_gib)) * Decimal("0.08") * seconds / (30 * 86_400)
    return total
