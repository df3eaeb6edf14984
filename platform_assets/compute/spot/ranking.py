"""Every type that fits, ordered by what a usable core is expected to cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from platform_assets.compute.prices.book import InstanceType, PriceBook
from platform_assets.compute.spot.bids import bid
from platform_assets.compute.spot.losses import Experience, Losses
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.risk import reclaimed_share, risk_factor
from platform_assets.compute.spot.usable import usable_cores
from platform_assets.compute.spot.volatility import daily_volatility, volatility_factor

# Cores of an executor; each fits evenly into the one before. More share more, and lose more when an instance goes.
EXECUTOR_SIZES = (4, 2, 1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type as it can be had in one zone.

    Attributes:
        zone: None if the book has no prices by zone; ``spot`` is then the region's average.
        cores: usable cores, its weight in a fleet.
        spot: USD an hour, now.
        emr_fee: USD an hour.
        on_demand: USD an hour.
        bid: most to pay, USD an hour.
        reclaimed_share: probability that the pool is reclaimed within a month.
        own_reclaims: our own losses in the window, part of it.
        volatility: of the log price, a day.
        score: USD per usable core and hour, times the factors for risk and volatility; less is better.
    """

    type: InstanceType
    zone: str | None
    cores: int
    spot: float
    emr_fee: float
    on_demand: float
    bid: float
    reclaimed_share: float
    own_reclaims: int
    volatility: float
    score: float

    @property
    def spot_per_core(self) -> float:
        """USD per usable core and hour on spot, EMR's fee included."""
        return (self.spot + self.emr_fee) / self.cores


@dataclass(frozen=True, slots=True)
class Ranking:
    """Types that fit, best first, and why the others were left out."""

    zone: str | None
    candidates: tuple[Candidate, ...]
    without_price: int = 0
    outbid: int = 0
    dearer_than_on_demand: int = 0


def fitting_types(need: ClusterNeed, book: PriceBook) -> dict[str, int]:
    """Usable cores of every type of the architecture that can hold at least one core of the need, by name.

    Rounded down to 1, 2 or a multiple of 4, so that executors of one size, and not of one core, fill the nodes.
    """
    fitting = {
        each.name: _in_executors(usable_cores(each, need.memory_gib_per_core))
        for each in book.instance_types()
        if each.architecture == need.architecture
    }
    return {name: cores for name, cores in fitting.items() if cores > 0}


def _in_executors(cores: int) -> int:
    size = next(size for size in EXECUTOR_SIZES if size <= max(cores, 1))
    return cores // size * size


def cheapest_on_demand(fitting: dict[str, int], book: PriceBook) -> float:
    """USD of the cheapest usable core and hour on demand, EMR's fee included."""
    return min(on_demand_per_core(book, name, cores) for name, cores in fitting.items())


def on_demand_per_core(book: PriceBook, name: str, cores: int) -> float:
    """USD per usable core and hour of a type on demand, EMR's fee included."""
    return (book.on_demand(name) + book.emr_fee(name)) / cores


def rank(
    fitting: dict[str, int], zone: str | None, book: PriceBook, losses: Losses, policy: SpotPolicy, at: datetime
) -> Ranking:
    """The fitting types in one zone, best first: price per usable core, times risk, times volatility; ties by name."""
    ceiling = cheapest_on_demand(fitting, book)
    known = [_candidate(name, cores, zone, book, losses, policy, at) for name, cores in fitting.items()]
    priced = [each for each in known if each is not None]
    served = [each for each in priced if each.bid >= each.spot]
    cheap = [each for each in served if each.spot_per_core < ceiling]
    return Ranking(
        zone=zone,
        candidates=tuple(sorted(cheap, key=lambda each: (each.score, each.type.name))),
        without_price=len(known) - len(priced),
        outbid=len(priced) - len(served),
        dearer_than_on_demand=len(served) - len(cheap),
    )


def _candidate(
    name: str, cores: int, zone: str | None, book: PriceBook, losses: Losses, policy: SpotPolicy, at: datetime
) -> Candidate | None:
    spot = current_spot(book, name, zone, at)
    if spot is None:
        return None
    fee, on_demand = book.emr_fee(name), book.on_demand(name)
    own = losses.experience(name, zone, at, policy.losses_days) if zone else Experience()
    share = reclaimed_share(book.interruption_band(name), own)
    volatility = daily_volatility(book.spot_history(name, zone), at, policy.volatility_days) if zone else 0.0
    factors = risk_factor(share, policy.risk_weight) * volatility_factor(volatility, policy.volatility_weight)
    return Candidate(
        type=book.instance_type(name),
        zone=zone,
        cores=cores,
        spot=spot,
        emr_fee=fee,
        on_demand=on_demand,
        bid=bid(policy.bid, on_demand, spot),
        reclaimed_share=share,
        own_reclaims=own.reclaims,
        volatility=volatility,
        score=(spot + fee) / cores * factors,
    )


def current_spot(book: PriceBook, name: str, zone: str | None, at: datetime) -> float | None:
    """USD an hour on spot now: of the zone, or of the region if the book has no zones; None if it is not offered."""
    if zone is not None:
        history = book.spot_history(name, zone)
        return book.spot(name, zone, at) if history and history[0].at <= at else None
    savings = book.spot_savings(name)
    return None if savings is None else book.on_demand(name) * (1 - savings)
