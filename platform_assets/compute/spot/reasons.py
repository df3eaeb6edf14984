"""Why a plan is as it is, in sentences with numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.spot.bids import OnDemandPrice
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.ranking import Ranking


def reasons(plan: FleetPlan, ranking: Ranking, book: PriceBook, placement: Mapping[str, int]) -> tuple[str, ...]:
    """Sentences on shape, market, zone, types, losses, bid and cost."""
    spot = any(fleet.spot for fleet in plan.fleets)
    return (
        _shape(plan),
        _market(plan),
        *((_zone(plan, placement), *_types(plan, ranking), _bid(plan)) if spot else ()),
        _cost(plan),
        f"Prices: {book.source.rstrip('.')}; as of {book.as_of:%Y-%m-%d %H:%M} UTC.",
    )


def _shape(plan: FleetPlan) -> str:
    task = f" and {plan.task.capacity} in the task fleet" if plan.task else ""
    return f"{plan.need}: {plan.core.capacity} in the core fleet{task}; the primary node is on demand."


def _market(plan: FleetPlan) -> str:
    lost = plan.need.attempts_lost
    why = {0: "no attempt of this run was lost to spot", 1: "one attempt of this run was lost to spot"}.get(
        lost, f"{lost} attempts of this run were lost to spot"
    )
    share = plan.policy.on_demand_share(lost)
    rest = "so nothing can be reclaimed" if share >= 1 else "the rest and the task fleet on spot"
    part = f"{plan.core.on_demand} of its {plan.core.capacity} cores"
    return f"At least {share:.0%} of the core fleet on demand ({part}, in whole instances), as {why}; {rest}."


def _zone(plan: FleetPlan, placement: Mapping[str, int]) -> str:
    if plan.zone is None:
        return "The prices do not tell zones apart, so EMR chooses one among its subnets."
    if plan.zone in placement:
        return f"Zone {plan.zone}: placement score {placement[plan.zone]} of 10, the highest; prices decide ties."
    return f"Zone {plan.zone}: its types cost the least with risk and volatility; no placement score was asked for."


def _types(plan: FleetPlan, ranking: Ranking) -> Iterator[str]:
    chosen = {each.name for fleet in plan.fleets if fleet.spot for each in fleet.types}
    used = [each for each in ranking.candidates if each.type.name in chosen]
    best = used[0]
    families = len({each.type.family for each in used})
    yield (
        f"{len(used)} types of {families} families, at most {plan.policy.max_types} in a fleet; best is "
        f"{best.type.name}: {best.spot_per_core:.4f} USD per usable core and hour with EMR's fee ({best.cores} of "
        f"{best.type.vcpus} cores usable), {best.reclaimed_share:.1%} reclaimed in a month, volatility "
        f"{best.volatility:.1%} a day."
    )
    left_out = {
        "without a spot price": ranking.without_price,
        "above the bid": ranking.outbid,
        "dearer per core than the cheapest on demand": ranking.dearer_than_on_demand,
    }
    told = [f"{count} {why}" for why, count in left_out.items() if count]
    if told:
        yield f"Types left out: {', '.join(told)}."
    hurt = [f"{each.type.name} ({each.own_reclaims})" for each in ranking.candidates if each.own_reclaims]
    if hurt:
        yield f"Ranked lower for own losses in the last {plan.policy.losses_days:g} days: {', '.join(hurt)}."


def _bid(plan: FleetPlan) -> str:
    bid = plan.policy.bid
    if isinstance(bid, OnDemandPrice):
        return "Bids are the on-demand price: the spot price is charged anyway, and EC2 reclaims low bids more often."
    return f"Bids are {bid}, at most the on-demand price; EC2 reclaims low bids more often."


def _cost(plan: FleetPlan) -> str:
    expected, full = plan.usd_per_hour(), plan.on_demand_usd_per_hour()
    return f"Expected {expected:.2f} USD an hour, {1 - expected / full:.0%} below {full:.2f} USD all on demand."
