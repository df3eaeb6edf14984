"""What EC2 has for one cluster, and at what price."""

from __future__ import annotations

from dataclasses import dataclass

from local_emr.spot_market import SpotMarket

SPOT, ON_DEMAND = "SPOT", "ON_DEMAND"


@dataclass(frozen=True)
class Supply:
    """Everything, except the types and the markets in ``missing``."""

    market: SpotMarket
    zone: str
    missing: frozenset[str]

    def has(self, instance_type: str, market: str) -> bool:
        """Whether there are instances of a type."""
        return not {instance_type, market} & self.missing

    def price(self, instance_type: str, market: str) -> float | None:
        """Dollars an hour on the spot market, or None where nobody knows."""
        return self.market.price(instance_type, self.zone) if market == SPOT else None
