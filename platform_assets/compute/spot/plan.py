"""The cluster to ask for: primary, core and task fleets, and the reasons for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.spot.bids import OnDemandPrice
from platform_assets.compute.spot.diversify import FLEXIBLE, diversified
from platform_assets.compute.spot.errors import PlanImpossible
from platform_assets.compute.spot.fleet import Fleet, PlannedType, Role
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.losses import Losses
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.ranking import Candidate, Ranking, fitting_types, on_demand_per_core, rank
from platform_assets.compute.spot.reasons import reasons
from platform_assets.compute.spot.usable import room_per_core
from platform_assets.compute.spot.zones import choose_zone

# A primary node does little but must be there; a few types to choose from are enough.
PRIMARY_TYPES = 5


def plan_fleets(
    need: ClusterNeed,
    book: PriceBook,
    losses: Losses | None = None,
    policy: SpotPolicy | None = None,
    placement: Mapping[str, int] | None = None,
    at: datetime | None = None,
) -> FleetPlan:
    """The fleets for a job, the same for the same arguments.

    Args:
        losses: own uses of spot pools; none if left out.
        placement: EC2's spot placement score by availability zone, 1 to 10; price alone decides without.
        at: time of the prices; by default when the book was made.

    Raises:
        PlanImpossible: no type of the book fits, or spot is wanted and no type has a usable spot price.
    """
    policy, at = policy or SpotPolicy(), at or book.as_of
    fitting = fitting_types(need, book)
    if not fitting:
        raise PlanImpossible(
            str(need),
            f"no {need.architecture} type of the price book of {book.region} has that much memory for one core",
            "Ask for less memory per core, or give a price book with larger types",
        )
    share = policy.on_demand_share(need.attempts_lost)
    zones: tuple[str | None, ...] = book.zones() or (None,)
    rankings = [rank(fitting, zone, book, losses or Losses(), policy, at) for zone in zones]
    ranking = choose_zone(rankings, placement or {}, policy)
    core, task = _worker_fleets(need, share, fitting, ranking, book, policy)
    plan = FleetPlan(
        region=book.region,
        zone=ranking.zone,
        at=at,
        need=need,
        policy=policy,
        primary=_primary(need, book),
        core=core,
        task=task,
        memory_gib_per_core=_memory_per_core(need, book, [core, task] if task else [core]),
    )
    return plan.explained_by(reasons(plan, ranking, book, placement or {}))


def _worker_fleets(
    need: ClusterNeed,
    share: float,
    fitting: dict[str, int],
    ranking: Ranking,
    book: PriceBook,
    policy: SpotPolicy,
) -> tuple[Fleet, Fleet | None]:
    if share >= 1:
        return Fleet("core", _on_demand_types(need.cores, fitting, book, policy), on_demand=need.cores), None
    if not ranking.candidates:
        raise PlanImpossible(
            str(need),
            f"no type can be had on spot ({ranking.without_price} have no spot price, {ranking.outbid} cost more than "
            f"the bid, {ranking.dearer_than_on_demand} more than the cheapest on demand)",
            "Fetch current prices, raise the bid, or set on_demand_shares to [1.0]",
        )
    instance = _smallest_instance(ranking)
    core_cores = min(_whole(need.cores * policy.core_share, instance), need.cores)
    on_demand = min(_whole(core_cores * share, instance), core_cores)
    core = _spot_fleet("core", on_demand, core_cores - on_demand, ranking, policy)
    task_cores = need.cores - core_cores
    return core, _spot_fleet("task", 0, task_cores, ranking, policy) if task_cores else None


def _memory_per_core(need: ClusterNeed, book: PriceBook, fleets: Sequence[Fleet]) -> float:
    types = [each for fleet in fleets for each in fleet.types]
    return min(need.memory_gib_per_core, *(room_per_core(book.instance_type(each.name), each.weight) for each in types))


def _smallest_instance(ranking: Ranking) -> int:
    """Cores of the smallest instance that a fleet is likely to have."""
    return min(each.cores for each in ranking.candidates[:FLEXIBLE])


def _whole(cores: float, instance: int) -> int:
    """So many cores in whole instances: EMR fills each part of a fleet by itself, and each may end with an excess."""
    return math.ceil(cores / instance) * instance


def _spot_fleet(role: Role, on_demand: int, spot: int, ranking: Ranking, policy: SpotPolicy) -> Fleet:
    parts = [part for part in (on_demand, spot) if part]
    chosen = diversified(_without_excess(parts, ranking), policy)
    return Fleet(role, tuple(_planned(each, policy) for each in chosen), on_demand=on_demand, spot=spot)


def _without_excess(parts: Sequence[int], ranking: Ranking) -> list[Candidate]:
    """Candidates that fill each part evenly, as cores beyond it would be paid for without being used.

    If they are too few to choose from, all that are no larger than the smallest part.
    """
    even = [each for each in ranking.candidates if all(part % each.cores == 0 for part in parts)]
    if len(even) >= FLEXIBLE:
        return even
    largest = max(min(parts), _smallest_instance(ranking))
    return [each for each in ranking.candidates if each.cores <= largest]


def _planned(candidate: Candidate, policy: SpotPolicy) -> PlannedType:
    return PlannedType(
        name=candidate.type.name,
        weight=candidate.cores,
        on_demand=candidate.on_demand,
        emr_fee=candidate.emr_fee,
        spot=candidate.spot,
        bid=None if isinstance(policy.bid, OnDemandPrice) else candidate.bid,
    )


def _on_demand_types(
    cores: int, fitting: dict[str, int], book: PriceBook, policy: SpotPolicy
) -> tuple[PlannedType, ...]:
    largest = max(cores, min(fitting.values()))
    ordered = sorted(
        (name for name, usable in fitting.items() if usable <= largest),
        key=lambda name: (on_demand_per_core(book, name, fitting[name]), name),
    )
    return tuple(
        PlannedType(name, fitting[name], book.on_demand(name), book.emr_fee(name))
        for name in ordered[: policy.max_types]
    )


def _primary(need: ClusterNeed, book: PriceBook) -> Fleet:
    large_enough = [
        each.name
        for each in book.instance_types()
        if each.architecture == need.architecture and each.memory_gib >= need.primary_memory_gib
    ]
    if not large_enough:
        raise PlanImpossible(
            str(need),
            f"no type of the price book has {need.primary_memory_gib:g} GiB for the primary node",
            "Lower primary_memory_gib",
        )
    ordered = sorted(large_enough, key=lambda name: (book.on_demand(name) + book.emr_fee(name), name))
    types = (PlannedType(name, 1, book.on_demand(name), book.emr_fee(name)) for name in ordered[:PRIMARY_TYPES])
    return Fleet("primary", tuple(types), on_demand=1)
