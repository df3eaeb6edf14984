"""Not all eggs in one basket: types of many families instead of the cheapest ones of one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from platform_assets.compute.spot.ranking import Candidate


def diversified(ranked: Sequence[Candidate], most: int) -> tuple[Candidate, ...]:
    """At most ``most`` candidates, best first: the best type of each family, then the second best of each, and so on.

    A family name holds its generation (m5, m6i), and families are reclaimed apart from each other.
    """
    families: dict[str, list[Candidate]] = {}
    for candidate in ranked:
        families.setdefault(candidate.type.family, []).append(candidate)
    rounds = zip_longest(*families.values())
    chosen = [candidate for each in rounds for candidate in each if candidate is not None][:most]
    return tuple(sorted(chosen, key=lambda each: (each.score, each.type.name)))
