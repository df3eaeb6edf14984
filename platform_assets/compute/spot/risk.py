"""How likely EC2 takes a pool back: Spot Advisor's band as prior, updated with our own losses."""

from __future__ import annotations

import math

from platform_assets.compute.prices.book import BANDS
from platform_assets.compute.spot.losses import Experience

HOURS_A_MONTH = 730.0
# What Spot Advisor says weighs as much as ten months of our own use of the pool, so one loss moves a type of the best
# band two bands up, and a month without one hardly moves it.
PRIOR_HOURS = 10 * HOURS_A_MONTH
# The best band ends where AWS says the average over all types and regions lies; so it is taken for an unknown type.
UNKNOWN = 0.05
STEP = BANDS[0][1]


def reclaimed_share(band: int | None, experience: Experience) -> float:
    """Probability that a pool is reclaimed within a month, 0 to 1.

    Reclaims are a Poisson process with rate L an hour. Prior: L ~ Gamma(a, b), b = ``PRIOR_HOURS``, with mean a / b
    = -ln(1 - m) / 730, where m is the middle of the band (25 % for the open one above 20 %). After k reclaims in h
    hours of use the mean is (a + k) / (b + h) (conjugate update, Gelman et al., Bayesian Data Analysis, 2.6). The
    answer is 1 - exp(-730 * mean).
    """
    prior_rate = -math.log(1 - _middle(band)) / HOURS_A_MONTH
    rate = (prior_rate * PRIOR_HOURS + experience.reclaims) / (PRIOR_HOURS + experience.hours)
    return 1 - math.exp(-rate * HOURS_A_MONTH)


def risk_factor(share: float, weight: float = 1.0) -> float:
    """By how much a reclaimed share makes a core dearer: (1 / (1 - share)) ** weight, at least 1.

    As if every reclaimed month had to be paid again until one is left alone: the mean of a geometric distribution.
    It overstates the cost of a loss to a job of an hour, on purpose: such a job waits for a new cluster as well.
    """
    return float((1 - share) ** -weight)


def _middle(band: int | None) -> float:
    return UNKNOWN if band is None else BANDS[band][0] + STEP / 2
