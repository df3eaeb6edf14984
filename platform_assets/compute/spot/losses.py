"""What became of our own spot instances: for how long a pool was used, and whether EC2 took it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class PoolUse:
    """One run's use of a pool (a type in a zone).

    Instances of a pool go together: 92 % of those that were lost together went within three minutes (arXiv 2604.16457).
    So a run's losses in one pool count once.

    Attributes:
        ended: when the run let go of the pool, or lost it.
        hours: how long it was used, on the clock.
        reclaimed: whether EC2 took an instance back.
    """

    instance_type: str
    zone: str
    ended: datetime
    hours: float
    reclaimed: bool


@dataclass(frozen=True, slots=True)
class Experience:
    """Reclaims and hours of use of one pool."""

    reclaims: int = 0
    hours: float = 0.0


class Losses:
    """Uses of pools by earlier runs, in any order."""

    def __init__(self, uses: Iterable[PoolUse] = ()) -> None:
        self._by_pool: dict[tuple[str, str], list[PoolUse]] = {}
        for use in uses:
            self._by_pool.setdefault((use.instance_type, use.zone), []).append(use)

    def experience(self, instance_type: str, zone: str, at: datetime, days: float) -> Experience:
        """Reclaims and hours of a pool in the ``days`` before ``at``."""
        since = at - timedelta(days=days)
        uses = [use for use in self._by_pool.get((instance_type, zone), ()) if since < use.ended <= at]
        return Experience(sum(use.reclaimed for use in uses), sum(use.hours for use in uses))
