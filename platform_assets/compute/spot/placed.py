"""A plan whose zone EC2 was asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.prices.spot_market import placement_scores
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.losses import Losses
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.plan import plan_fleets

# EC2 scores fewer types low in every zone.
FEWEST_TYPES = 3


def plan_placed(
    ec2: Any,
    need: ClusterNeed,
    book: PriceBook,
    losses: Losses | None = None,
    policy: SpotPolicy | None = None,
    at: datetime | None = None,
) -> FleetPlan:
    """The plan in the zone that EC2 scores highest for its types; EC2 is asked only where the answer can matter.

    Raises:
        PlanImpossible: as ``plan_fleets``.
        PricesNotFetched: EC2 does not give its scores.
    """
    plan = plan_fleets(need, book, losses, policy, at=at)
    names = sorted({each.name for fleet in plan.fleets if fleet.spot for each in fleet.types})
    if len(names) < FEWEST_TYPES or len(book.zones()) < 2:
        return plan
    scores = placement_scores(ec2, names, need.cores, book.region)
    return plan_fleets(need, book, losses, policy, scores, at)
