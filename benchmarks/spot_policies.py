"""The policies that are compared; each looks at prices, bands and its own losses, never at what the market hides."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.spot_cluster import Launch
from benchmarks.spot_market import ZONES, Market
from platform_assets.compute.spot.fleet import Fleet, PlannedType
from platform_assets.compute.spot.losses import Losses, PoolUse
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.plan import plan_fleets
from platform_assets.compute.spot.ranking import cheapest_on_demand, fitting_types

# What stands first in EMR's own examples and console: general-purpose types of one size.
DEFAULT_TYPES = ("m5n.xlarge", "m6a.xlarge", "m6i.xlarge", "m7a.xlarge", "m7i.xlarge")


@dataclass
class Memory:
    """What a policy went through so far."""

    uses: list[PoolUse] = field(default_factory=list)


Policy = Callable[[Market, ClusterNeed, Memory, datetime], Launch]


def planned(policy: SpotPolicy | None = None) -> Policy:
    """The platform's own plan."""

    def launch(market: Market, need: ClusterNeed, memory: Memory, at: datetime) -> Launch:
        plan = plan_fleets(need, market.book, Losses(memory.uses), policy, at=at)
        assert plan.zone is not None
        return Launch(plan.zone, plan.fleets)

    return launch


def all_on_demand(market: Market, need: ClusterNeed, memory: Memory, at: datetime) -> Launch:
    """Every instance on demand, of the cheapest type per usable core (EMR's lowest-price strategy over all types)."""
    certain = SpotPolicy(on_demand_shares=(1.0,))
    return Launch(ZONES[0], plan_fleets(need, market.book, None, certain, at=at).fleets)


def one_type_on_demand(market: Market, need: ClusterNeed, memory: Memory, at: datetime) -> Launch:
    """Every instance on demand, of one type: what a cluster is that nobody thought about."""
    return _one_type("m6i.xlarge", ZONES[0], market, need, at, spot=False)


def cheapest_type(market: Market, need: ClusterNeed, memory: Memory, at: datetime) -> Launch:
    """All workers on spot, of the one type and in the one zone that are cheapest per usable core now."""
    fitting = fitting_types(need, market.book)
    _, zone, name = min(
        ((market.book.spot(name, zone, at) + market.book.emr_fee(name)) / cores, zone, name)
        for name, cores in fitting.items()
        for zone in ZONES
    )
    return _one_type(name, zone, market, need, at, spot=True)


def emr_defaults(market: Market, need: ClusterNeed, memory: Memory, at: datetime) -> Launch:
    """All workers on spot, five general-purpose types, EC2's price-capacity-optimized strategy, any zone.

    EMR's documentation: a fleet takes five types unless a strategy is named; lowest-price is the default on demand and
    price-capacity-optimized what is recommended on spot; with several subnets EMR picks the zone.
    """
    fitting = fitting_types(need, market.book)
    types = tuple(_type(name, market, fitting[name]) for name in DEFAULT_TYPES if name in fitting)
    zone = ZONES[at.hour % len(ZONES)]
    return Launch(zone, (_primary(market, need, at), Fleet("core", types, on_demand=0, spot=need.cores)))


def _one_type(name: str, zone: str, market: Market, need: ClusterNeed, at: datetime, *, spot: bool) -> Launch:
    types = (_type(name, market, fitting_types(need, market.book)[name]),)
    cores = math.ceil(need.cores / types[0].weight) * types[0].weight
    fleet = Fleet("core", types, on_demand=0, spot=cores) if spot else Fleet("core", types, on_demand=cores)
    return Launch(zone, (_primary(market, need, at), fleet), "lowest-price")


def _type(name: str, market: Market, weight: int) -> PlannedType:
    return PlannedType(name, weight, market.book.on_demand(name), market.book.emr_fee(name))


def _primary(market: Market, need: ClusterNeed, at: datetime) -> Fleet:
    return plan_fleets(need, market.book, None, SpotPolicy(on_demand_shares=(1.0,)), at=at).primary


def cheapest_possible(market: Market, need: ClusterNeed, at: datetime, on_demand_share: float = 0.0) -> float:
    """USD an hour of the need's cores in the cheapest pool of all zones: no policy can be below that.

    With a share on demand the primary node is counted as well: then it is the least for who must have both.
    """
    fitting = fitting_types(need, market.book)
    spot = min(
        (market.book.spot(name, zone, at) + market.book.emr_fee(name)) / cores
        for name, cores in fitting.items()
        for zone in ZONES
    )
    if not on_demand_share:
        return spot * need.cores
    certain = cheapest_on_demand(fitting, market.book)
    return (
        need.cores * (spot * (1 - on_demand_share) + certain * on_demand_share)
        + _primary(market, need, at).usd_per_hour()
    )
