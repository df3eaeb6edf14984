"""Spot prices and placement scores that the test gives, in place of moto's constant ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

LINUX = "Linux/UNIX"
MOST_PRICES = 1000
ASKED: ContextVar[SpotMarket | None] = ContextVar("ASKED", default=None)


@dataclass(frozen=True)
class Offer:
    """The spot price of a type in a zone from a time on (with its zone), in dollars an hour."""

    instance_type: str
    zone: str
    at: datetime
    usd_per_hour: float

    def described(self) -> dict[str, Any]:
        """As DescribeSpotPriceHistory gives it."""
        return {
            "InstanceType": self.instance_type,
            "AvailabilityZone": self.zone,
            "ProductDescription": LINUX,
            "SpotPrice": f"{self.usd_per_hour:.6f}",
            "Timestamp": self.at.astimezone(UTC).replace(tzinfo=None),
        }


@dataclass
class SpotMarket:
    """What EC2 says of spot capacity.

    Attributes:
        history: Prices, in any order.
        scores: Placement scores from 1 to 10 by zone id, such as ``use1-az1``.
    """

    region: str
    history: Sequence[Offer] = ()
    scores: dict[str, int] = field(default_factory=dict)

    def price(self, instance_type: str, zone: str) -> float | None:
        """The latest price."""
        offers = [offer for offer in self.history if (offer.instance_type, offer.zone) == (instance_type, zone)]
        return max(offers, key=lambda offer: offer.at).usd_per_hour if offers else None

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Answer for moto's EC2 what this thread asks it."""
        token = ASKED.set(self)
        try:
            yield
        finally:
            ASKED.reset(token)

    def prices(self, response: EC2Response) -> dict[str, Any]:
        """One page, newest first; of the time before the start, the price that held then."""
        types, zone = response._get_param("InstanceTypes", []), response._get_param("AvailabilityZone")
        filters = response._filters_from_querystring()
        types = types or filters.get("instance-type", [])
        zones = [zone] if zone else filters.get("availability-zone", [])
        start, end = _aware(response._get_param("StartTime")), _aware(response._get_param("EndTime"))
        wanted = [
            offer
            for offer in sorted(self.history, key=lambda offer: offer.at, reverse=True)
            if (not types or offer.instance_type in types) and (not zones or offer.zone in zones)
        ]
        known = list(_between(wanted, start, end))
        first = int(response._get_param("NextToken") or 0)
        most = int(response._get_param("MaxResults") or MOST_PRICES)
        page = [offer.described() for offer in known[first : first + most]]
        token = str(first + most) if len(known) > first + most else ""
        return {"SpotPriceHistory": page, "NextToken": token}

    def placement_scores(self) -> dict[str, Any]:
        """The scores of all zones that have one."""
        return {
            "SpotPlacementScores": [
                {"Region": self.region, "AvailabilityZoneId": zone, "Score": score}
                for zone, score in self.scores.items()
            ]
        }


def teach_moto() -> None:
    """Have moto's EC2 ask the market whose server was called; without one it answers as ever. Again: no change."""
    if hasattr(EC2Response, "get_spot_placement_scores"):
        return
    constant = EC2Response.describe_spot_price_history

    def prices(response: EC2Response) -> ActionResult:
        market = ASKED.get()
        return constant(response) if market is None else ActionResult(market.prices(response))

    def scores(response: EC2Response) -> ActionResult:
        market = ASKED.get()
        if market is None:
            raise NotImplementedError("moto has no placement scores")
        return ActionResult(market.placement_scores())

    EC2Response.describe_spot_price_history = prices
    EC2Response.get_spot_placement_scores = scores


def _between(newest_first: list[Offer], start: datetime | None, end: datetime | None) -> Iterator[Offer]:
    before: set[tuple[str, str]] = set()
    for offer in newest_first:
        series = (offer.instance_type, offer.zone)
        if (end is not None and offer.at > end) or series in before:
            continue
        if start is not None and offer.at < start:
            before.add(series)
        yield offer


def _aware(time: datetime | str | None) -> datetime | None:
    if isinstance(time, str):
        time = datetime.fromisoformat(time)
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
