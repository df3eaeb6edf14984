"""A book of the prices of one region: what an hour of an instance, a GiB of disk and a request cost.

Everything that counts money takes a book as an argument, so a test, a bill and a plan can each have their own.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from platform_assets.compute.prices.errors import PriceBookNotReadable, PriceNotKnown, SpotPriceNotKnown

Architecture = Literal["x86_64", "arm64"]
# Shares of instances that were reclaimed in the month before, by which Spot Advisor sorts types (its field ``r``).
BANDS = ((0.0, 0.05), (0.05, 0.10), (0.10, 0.15), (0.15, 0.20), (0.20, 1.0))


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A type of EC2 instance; memory in GiB as EC2 states it."""

    name: str
    vcpus: int
    memory_gib: float
    architecture: Architecture

    @property
    def family(self) -> str:
        """What comes before the dot: ``m6g`` of ``m6g.xlarge``."""
        return self.name.split(".")[0]


@dataclass(frozen=True, slots=True)
class SpotPrice:
    """A spot price that holds from ``at`` until the next one."""

    at: AwareDatetime
    usd_per_hour: float


class Offer(BaseModel):
    """What a region asks for a type.

    Attributes:
        on_demand: USD an hour.
        emr_fee: USD an hour that EMR adds to the price of either market.
        spot_savings: share of the on-demand price that spot saves on average over the region, 0 to 1.
        interruption_band: index into ``BANDS``, 0 (below 5 % were reclaimed) to 4 (above 20 %).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: InstanceType
    on_demand: float = Field(gt=0)
    emr_fee: float = Field(ge=0)
    spot_savings: float | None = Field(default=None, ge=0, lt=1)
    interruption_band: int | None = Field(default=None, ge=0, lt=len(BANDS))


class PriceBook(BaseModel):
    """Prices of one region.

    Attributes:
        source: where the prices are from, and what to think of them, in words.
        as_of: when they were looked up.
        offers: by the name of the type.
        spot_prices: by type and zone, oldest first.
        ebs_gib_month: USD for a GiB of general-purpose disk (gp3) in a month.
        s3_gib_month: USD for a GiB in S3 Standard in a month.
        s3_put_per_1000: USD for a thousand PUT, COPY, POST or LIST requests.
        s3_get_per_1000: USD for a thousand GET and other requests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    source: str
    as_of: AwareDatetime
    offers: dict[str, Offer]
    spot_prices: dict[str, dict[str, tuple[SpotPrice, ...]]] = {}
    ebs_gib_month: float = Field(ge=0)
    s3_gib_month: float = Field(ge=0)
    s3_put_per_1000: float = Field(ge=0)
    s3_get_per_1000: float = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, by_zone in self.spot_prices.items():
            for zone, prices in by_zone.items():
                if any(later.at <= earlier.at for earlier, later in itertools.pairwise(prices)):
                    raise ValueError(f"the spot prices of {name} in {zone} are not in order of time")
                if any(price.usd_per_hour <= 0 for price in prices):
                    raise ValueError(f"a spot price of {name} in {zone} is not above zero")
        return self

    def instance_types(self) -> tuple[InstanceType, ...]:
        """Every type with a price, by name."""
        return tuple(self.offers[name].type for name in sorted(self.offers))

    def instance_type(self, name: str) -> InstanceType:
        """The type of that name; raises PriceNotKnown."""
        return self._offer(name).type

    def on_demand(self, name: str) -> float:
        """USD an hour on demand, without EMR's fee; raises PriceNotKnown."""
        return self._offer(name).on_demand

    def emr_fee(self, name: str) -> float:
        """USD an hour that EMR asks on top of the instance's price; raises PriceNotKnown."""
        return self._offer(name).emr_fee

    def spot_savings(self, name: str) -> float | None:
        """Share of the on-demand price that spot saves over the region, if known; raises PriceNotKnown."""
        return self._offer(name).spot_savings

    def interruption_band(self, name: str) -> int | None:
        """Index into ``BANDS`` that Spot Advisor gives the type, if known; raises PriceNotKnown."""
        return self._offer(name).interruption_band

    def zones(self) -> tuple[str, ...]:
        """Availability zones with spot prices, by name; none if the book has list prices alone."""
        return tuple(sorted({zone for by_zone in self.spot_prices.values() for zone in by_zone}))

    def spot_history(self, name: str, zone: str) -> tuple[SpotPrice, ...]:
        """Spot prices of a type in a zone, oldest first; empty if it is not offered there."""
        return self.spot_prices.get(name, {}).get(zone, ())

    def spot(self, name: str, zone: str, at: datetime) -> float:
        """USD an hour on spot at a time, without EMR's fee; raises SpotPriceNotKnown before the first known price."""
        history = self.spot_history(name, zone)
        index = bisect_right(history, at, key=lambda price: price.at)
        if index == 0:
            raise SpotPriceNotKnown(name, zone, at, self.region)
        return history[index - 1].usd_per_hour

    def to_json(self) -> str:
        """The book as JSON text."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "The text") -> Self:
        """The book that ``to_json`` wrote; ``source`` names the file in an error. Raises PriceBookNotReadable."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the text"
            raise PriceBookNotReadable(source, f"{where}: {first['msg']}") from error

    def _offer(self, name: str) -> Offer:
        if name not in self.offers:
            raise PriceNotKnown(f"instance type '{name}'", self.region)
        return self.offers[name]
