"""The most to pay for an hour of a spot instance.

EC2 charges the spot price whatever the bid, and reclaims more instances from low bids; so the default is the on-demand
price, and every rule ends there.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OnDemandPrice(_Rule):
    """Bid the on-demand price."""

    rule: Literal["on_demand"] = "on_demand"

    def __str__(self) -> str:
        return "the on-demand price"


class Fixed(_Rule):
    """Bid a price, in USD an hour."""

    rule: Literal["fixed"] = "fixed"
    usd_per_hour: float = Field(ge=0)

    def __str__(self) -> str:
        return f"{self.usd_per_hour:g} USD an hour"


class PercentOfOnDemand(_Rule):
    """Bid a share of the on-demand price, in percent."""

    rule: Literal["percent_of_on_demand"] = "percent_of_on_demand"
    percent: float = Field(ge=0)

    def __str__(self) -> str:
        return f"{self.percent:g} % of the on-demand price"


class PercentAboveCurrent(_Rule):
    """Bid more than the current spot price by some percent of it."""

    rule: Literal["percent_above_current"] = "percent_above_current"
    percent: float = Field(ge=0)

    def __str__(self) -> str:
        return f"{self.percent:g} % above the current spot price"


BidRule = Annotated[OnDemandPrice | Fixed | PercentOfOnDemand | PercentAboveCurrent, Field(discriminator="rule")]


def bid(rule: BidRule, on_demand: float, current: float) -> float:
    """The bid in USD an hour, at most ``on_demand``."""
    match rule:
        case OnDemandPrice():
            wanted = on_demand
        case Fixed():
            wanted = rule.usd_per_hour
        case PercentOfOnDemand():
            wanted = on_demand * rule.percent / 100
        case PercentAboveCurrent():
            wanted = current * (1 + rule.percent / 100)
    return min(wanted, on_demand)
