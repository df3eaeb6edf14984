"""What becomes of a job on a cluster in the made-up market: provisioning, reclaims, replacements, re-runs, cost.

Assumed: a cluster works six minutes after its instances were bought (start and bootstrap, paid for); a replacement does
so too. A reclaim costs the work of the last 15 minutes times the share of cores that went (Spark computes lost shuffle
files again). If more than half of the cores go within half an hour, the attempt is lost and the job starts anew on
another cluster. Spot capacity that a fleet cannot find at first is waited for, for ten minutes, then bought on demand
(SWITCH_TO_ON_DEMAND); what is reclaimed later is replaced from the fleet's other pools, or not at all.

EC2's price-capacity-optimized strategy is modelled after its description: of the fleet's pools, the half with the most
capacity, the cheapest of them first. lowest-price takes the cheapest pools first.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from benchmarks.spot_market import START, Market, Pool
from platform_assets.compute.spot.fleet import Fleet, PlannedType
from platform_assets.compute.spot.losses import PoolUse

BOOT = timedelta(minutes=6)
SPOT_WAIT = timedelta(minutes=10)
RECOMPUTED_HOURS = 0.25
FATAL_SHARE = 0.5
FATAL_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True)
class Launch:
    """A cluster as a policy asks for it."""

    zone: str
    fleets: tuple[Fleet, ...]
    strategy: Literal["price-capacity-optimized", "lowest-price"] = "price-capacity-optimized"


@dataclass
class Holding:
    """Instances of one pool in a cluster, from when they were bought; ``until`` is set once they were reclaimed."""

    type: PlannedType
    zone: str
    instances: int
    spot: bool
    since: datetime
    until: datetime | None = None

    @property
    def pool(self) -> Pool:
        """Type and zone."""
        return self.type.name, self.zone

    @property
    def cores(self) -> int:
        """Usable cores."""
        return self.type.weight * self.instances


@dataclass
class Attempt:
    """One cluster's life: money in USD, of which EMR's fee; whether the job finished; what its pools went through."""

    ended: datetime
    finished: bool
    usd: float
    fee_usd: float
    uses: list[PoolUse] = field(default_factory=list)


def run_attempt(market: Market, launch: Launch, cores: int, hours: float, at: datetime) -> Attempt:
    """Run a job of ``hours`` on ``cores`` cores on a new cluster, bought at ``at``.

    A smaller cluster takes longer; a larger one is no faster, as Spark is told to use no more executors.
    """
    return _Cluster(market, launch, at, cores).work(cores * hours)


class _Cluster:
    def __init__(self, market: Market, launch: Launch, at: datetime, cores: int) -> None:
        self.market, self.launch, self.bought, self.used = market, launch, at, cores
        self.holdings: list[Holding] = []
        self.primary: list[Holding] = []
        ready = at
        for fleet in launch.fleets:
            into = self.primary if fleet.role == "primary" else self.holdings
            ready = max(ready, self._buy(fleet, fleet.on_demand, fleet.spot, at, into))
        self.ready = ready + BOOT

    def _buy(self, fleet: Fleet, on_demand: int, spot: int, at: datetime, into: list[Holding]) -> datetime:
        """Fill a fleet; gives when it is full."""
        missing = spot - self._buy_spot(fleet, spot, at, into) if spot else 0
        full = at + SPOT_WAIT if missing > 0 else at
        for wanted, since in ((on_demand, at), (missing, full)):
            if wanted > 0:
                cheapest = min(fleet.types, key=lambda each: each.on_demand_per_core)
                into.append(
                    Holding(cheapest, self.launch.zone, math.ceil(wanted / cheapest.weight), spot=False, since=since)
                )
        return full

    def _buy_spot(
        self, fleet: Fleet, cores: int, at: datetime, into: list[Holding], without: Collection[Pool] = ()
    ) -> int:
        """Buy up to so many cores from the pools that have them; gives how many."""
        bought = 0
        hour = int((at - START).total_seconds() // 3600)
        for each in self._in_order(fleet, hour, at):
            if (each.name, self.launch.zone) in without:
                continue
            free = int(self.market.capacity[each.name, self.launch.zone][hour] // each.weight)
            instances = min(free, math.ceil((cores - bought) / each.weight))
            if instances > 0:
                into.append(Holding(each, self.launch.zone, instances, spot=True, since=at))
                bought += instances * each.weight
        return bought

    def _in_order(self, fleet: Fleet, hour: int, at: datetime) -> list[PlannedType]:
        def price(each: PlannedType) -> float:
            return (self.market.book.spot(each.name, self.launch.zone, at) + each.emr_fee) / each.weight

        by_price = sorted(fleet.types, key=price)
        if self.launch.strategy == "lowest-price":
            return by_price
        deepest = sorted(by_price, key=lambda each: -self.market.capacity[each.name, self.launch.zone][hour])
        best = {each.name for each in deepest[: math.ceil(len(deepest) / 2)]}
        return sorted(by_price, key=lambda each: each.name not in best)

    def work(self, core_hours: float) -> Attempt:
        """Live through the reclaims until the work is done or the attempt is lost."""
        now, left, losses = self.bought, core_hours, list[tuple[datetime, float]]()
        while True:
            working = self._cores(now)
            done = now + timedelta(hours=left / working) if working else None
            hit = self._next_reclaim(now)
            upcoming = min(moment for moment in (done, hit, self._next_ready(now)) if moment is not None)
            left -= working * (upcoming - now).total_seconds() / 3600
            now = upcoming
            if now == done:
                return self._ended(now, finished=True)
            if now != hit:
                continue
            share = self._lose(now)
            losses = [(when, lost) for when, lost in losses if now - when < FATAL_WITHIN] + [(now, share)]
            if not self._alive() or (now >= self.ready and sum(lost for _, lost in losses) > FATAL_SHARE):
                return self._ended(now, finished=False)
            left = min(core_hours, left + share * working * RECOMPUTED_HOURS)

    def _alive(self) -> list[Holding]:
        return [holding for holding in self.holdings if holding.until is None]

    def _cores(self, now: datetime) -> int:
        """Cores that work: none before every fleet is there."""
        if now < self.ready:
            return 0
        there = sum(holding.cores for holding in self._alive() if holding.since + BOOT <= now)
        return min(there, self.used)

    def _next_ready(self, now: datetime) -> datetime | None:
        if now < self.ready:
            return self.ready
        return min((each.since + BOOT for each in self._alive() if each.since + BOOT > now), default=None)

    def _next_reclaim(self, now: datetime) -> datetime | None:
        pools = {holding.pool for holding in self._alive() if holding.spot}
        coming = (self._reclaim_after(pool, now) for pool in pools)
        return min((moment for moment in coming if moment is not None), default=None)

    def _reclaim_after(self, pool: Pool, now: datetime) -> datetime | None:
        times = self.market.reclaims[pool]
        index = bisect_right(times, now)
        return times[index] if index < len(times) else None

    def _lose(self, now: datetime) -> float:
        """Take the pool away whose time has come, ask for as much again; gives the share of the cores that went."""
        alive = self._alive()
        gone = [each for each in alive if each.spot and now in self.market.reclaims[each.pool]]
        for holding in gone:
            holding.until = now
        lost = sum(holding.cores for holding in gone)
        fleet = next(fleet for fleet in reversed(self.launch.fleets) if fleet.spot)
        self._buy_spot(fleet, lost, now, self.holdings, without={holding.pool for holding in gone})
        return lost / sum(holding.cores for holding in alive)

    def _ended(self, now: datetime, *, finished: bool) -> Attempt:
        usd = fee = 0.0
        uses = []
        for holding in (*self.primary, *self.holdings):
            until = holding.until or max(now, holding.since)
            hours = holding.instances * (until - holding.since).total_seconds() / 3600
            usd += hours * self._price(holding)
            fee += hours * holding.type.emr_fee
            if holding.spot:
                used = (until - holding.since).total_seconds() / 3600
                uses.append(PoolUse(*holding.pool, until, used, holding.until is not None))
        return Attempt(now, finished, usd + fee, fee, uses)

    def _price(self, holding: Holding) -> float:
        if not holding.spot:
            return holding.type.on_demand
        return self.market.book.spot(*holding.pool, holding.since)
