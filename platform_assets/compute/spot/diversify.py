"""Not all eggs in one basket: types of many families instead of the cheapest ones of one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from platform_assets.compute.spot.need import SpotPolicy
from platform_assets.compute.spot.ranking import Candidate

# EC2's best practices for spot: "be flexible across at least 10 instance types".
FLEXIBLE = 10


def diversified(ranked: Sequence[Candidate], policy: SpotPolicy) -> tuple[Candidate, ...]:
    """Candidates for one fleet, best first: the best type of each family, then the second best of each, and so on.

    A family name holds its generation (m5, m6i), and families are reclaimed apart from each other. Beyond ten types
    those are left out that are too dear beside the best.
    """
    families: dict[str, list[Candidate]] = {}
    dearest = policy.price_spread * ranked[0].score if ranked else 0.0
    for candidate in (each for place, each in enumerate(ranked) if place < FLEXIBLE or each.score <= dearest):
        families.setdefault(candidate.type.family, []).append(candidate)
    rounds = zip_longest(*families.values())
    chosen = [candidate for each in rounds for candidate in each if candidate is not None][: policy.max_types]
    return tuple(sorted(chosen, key=lambda each: (each.score, each.type.name)))
