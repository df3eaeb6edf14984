"""The fleets of the next attempt: as the spot policy has it, with what earlier attempts taught."""

from __future__ import annotations

from typing import Any

from platform_assets.compute.emr.retry import Escalation
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.prices.errors import PricesNotFetched
from platform_assets.compute.spot.errors import PlanImpossible
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.losses import Losses
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.placed import plan_placed
from platform_assets.compute.spot.plan import plan_fleets

ON_DEMAND_ALONE = (1.0,)


def plan_attempt(
    settings: EmrSettings, book: PriceBook, losses: Losses, taught: Escalation, ec2: Any = None
) -> FleetPlan:
    """The plan; raises PlanImpossible if not even all types of the book can do what is needed.

    Types and zones that could not be had are left out, unless nothing would be left.

    Args:
        ec2: a client that is asked which zone has the capacity; without one the zone is chosen by price.
    """
    need = settings.need.model_copy(update={"attempts_lost": taught.losses})
    policy = settings.policy
    remark: tuple[str, ...] = ()
    if not book.zones():
        policy = policy.model_copy(update={"on_demand_shares": ON_DEMAND_ALONE})
        remark = ("The price book has no spot prices, so everything is on demand.",)
    try:
        plan = _placed(ec2, need, without(book, taught), losses, policy)
    except PlanImpossible:
        if not (taught.without or taught.without_zones):
            raise
        plan = _placed(ec2, need, book, losses, policy)
    return plan.explained_by((*remark, *plan.reasons))


def _placed(ec2: Any, need: ClusterNeed, book: PriceBook, losses: Losses, policy: SpotPolicy) -> FleetPlan:
    if ec2 is None:
        return plan_fleets(need, book, losses, policy)
    try:
        return plan_placed(ec2, need, book, losses, policy)
    except PricesNotFetched as error:
        plan = plan_fleets(need, book, losses, policy)
        return plan.explained_by((*plan.reasons, f"The zone was chosen by price alone. {error}"))


def without(book: PriceBook, taught: Escalation) -> PriceBook:
    """The book without the offers that earlier attempts could not have."""
    offers = {name: offer for name, offer in book.offers.items() if name not in taught.without}
    spot_prices = {
        name: {zone: prices for zone, prices in by_zone.items() if zone not in taught.without_zones}
        for name, by_zone in book.spot_prices.items()
    }
    return book.model_copy(update={"offers": offers, "spot_prices": spot_prices})


def asked_types(plan: FleetPlan) -> frozenset[str]:
    """The types that any fleet may use."""
    return frozenset(each.name for fleet in plan.fleets for each in fleet.types)
