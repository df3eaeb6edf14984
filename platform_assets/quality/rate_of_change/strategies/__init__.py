"""Strategies that say what to expect of the next number, one a file; after Deequ's anomaly detection."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from platform_assets.quality.rate_of_change.strategies.absolute_change import AbsoluteChange
from platform_assets.quality.rate_of_change.strategies.base import Strategy as Strategy
from platform_assets.quality.rate_of_change.strategies.batch_normal import BatchNormal
from platform_assets.quality.rate_of_change.strategies.holt_winters import HoltWinters
from platform_assets.quality.rate_of_change.strategies.online_normal import OnlineNormal
from platform_assets.quality.rate_of_change.strategies.relative_change import RelativeChange
from platform_assets.quality.rate_of_change.strategies.same_season import SameSeason
from platform_assets.quality.rate_of_change.strategies.threshold import Threshold

AnyStrategy = Annotated[
    Threshold | AbsoluteChange | RelativeChange | BatchNormal | OnlineNormal | HoltWinters | SameSeason,
    Field(discriminator="kind"),
]
