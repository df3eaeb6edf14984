"""What a job needs of a cluster, and the rules by which instances are chosen for it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from platform_assets.compute.prices.book import Architecture
from platform_assets.compute.spot.bids import BidRule, OnDemandPrice


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClusterNeed(_Declared):
    """What a job needs.

    Attributes:
        cores: cores for executors.
        memory_gib_per_core: memory of an executor, overhead included, divided by its cores, in GiB; where executors
            would fill a node, up to a tenth less, as Spark's application master needs 1 GiB of it.
        architecture: one for the cluster, as the archive of its packages is built for one.
        primary_memory_gib: least memory of the primary node, in GiB.
        attempts_lost: how many attempts of this run were already lost to reclaimed spot instances.
    """

    cores: int = Field(ge=1)
    memory_gib_per_core: float = Field(gt=0)
    architecture: Architecture = "x86_64"
    primary_memory_gib: float = Field(default=16, gt=0)
    attempts_lost: int = Field(default=0, ge=0)

    def __str__(self) -> str:
        return f"{self.cores} cores with {self.memory_gib_per_core:g} GiB each ({self.architecture})"


class SpotPolicy(_Declared):
    """How instances are chosen.

    Attributes:
        max_types: most types in a fleet; EMR takes 30 with an allocation strategy, its console 15.
        price_spread: beyond ten types, one may cost so many times the best one (with risk and volatility).
        core_share: share of the cores in the core fleet; the others are in the task fleet, which holds no HDFS blocks.
        on_demand_shares: share of the core fleet on demand, after none, one, two ... lost attempts; the last one stays.
        volatility_days: window of the price's volatility, in days.
        losses_days: own losses older than this many days do not count; Spot Advisor looks back a month as well.
        risk_weight: exponent of the factor for interruptions; 0 leaves it out.
        volatility_weight: exponent of the factor for volatility; 0 leaves it out.
        bid: most to pay for an hour on spot.
        strategy: how EC2 fills the spot capacity from the types of the plan.
        spot_timeout_minutes: how long to wait for spot capacity before it is bought on demand, 5 to 1440.
    """

    max_types: int = Field(default=15, ge=1, le=30)
    price_spread: float = Field(default=1.5, ge=1)
    core_share: float = Field(default=0.5, gt=0, le=1)
    on_demand_shares: tuple[float, ...] = Field(default=(0.25, 0.5, 1.0), min_length=1)
    volatility_days: float = Field(default=14, gt=0)
    losses_days: float = Field(default=30, gt=0)
    risk_weight: float = Field(default=1, ge=0)
    volatility_weight: float = Field(default=1, ge=0)
    bid: BidRule = OnDemandPrice()
    strategy: Literal["price-capacity-optimized", "capacity-optimized", "diversified", "lowest-price"] = (
        "price-capacity-optimized"
    )
    spot_timeout_minutes: int = Field(default=10, ge=5, le=1440)

    def on_demand_share(self, attempts_lost: int) -> float:
        """Share of the core fleet on demand after that many lost attempts, 0 to 1."""
        return self.on_demand_shares[min(attempts_lost, len(self.on_demand_shares) - 1)]
