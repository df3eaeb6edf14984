"""Which availability zone a cluster goes to; all its instances share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from platform_assets.compute.spot.diversify import diversified
from platform_assets.compute.spot.need import SpotPolicy
from platform_assets.compute.spot.ranking import Ranking


def choose_zone(rankings: Sequence[Ranking], placement: Mapping[str, int], policy: SpotPolicy) -> Ranking:
    """The ranking of the zone with the highest placement score; then by the mean score of its chosen types; then name.

    A zone without a placement score counts as 0, one without any usable type comes last.
    """
    return min(rankings, key=lambda each: (not each.candidates, -_placement(each, placement), *_price(each, policy)))


def _placement(ranking: Ranking, placement: Mapping[str, int]) -> int:
    return placement.get(ranking.zone or "", 0)


def _price(ranking: Ranking, policy: SpotPolicy) -> tuple[float, str]:
    return mean_score(ranking, policy), ranking.zone or ""


def mean_score(ranking: Ranking, policy: SpotPolicy) -> float:
    """Mean score of the types that a fleet would have in that zone, USD per usable core and hour; 0 without any."""
    chosen = diversified(ranking.candidates, policy)
    return sum(each.score for each in chosen) / len(chosen) if chosen else 0.0
