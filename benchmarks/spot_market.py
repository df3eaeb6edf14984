"""A made-up spot market: prices, capacity and reclaims of 30 types in 3 zones, hour by hour.

Nothing here was recorded. What is taken from publications:

- on-demand price of each type and the level of its spot price: the bundled price book (us-east-1, published prices);
- how types spread over Spot Advisor's bands: 25 types of workers in the file that AWS published on 2026-08-10;
- a band is the share of instances that were reclaimed in a month, so a pool's reclaims come at that rate on average;
- a reclaim takes all instances of a pool at once (92 % within three minutes, arXiv 2604.16457).

What is assumed, and varied in the sensitivity table: pools are calm for 30 days and tight for 3 on average; a tight one
has a price higher by half, ten times the reclaims and a third of the capacity; log prices revert to their level with a
half-life of 3 days and a standard deviation of 6 %; zones differ by 8 %; pools offer 64 cores (median) at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from platform_assets.compute.prices.book import BANDS, Offer, PriceBook, SpotPrice
from platform_assets.compute.prices.bundled import bundled_prices

START = datetime(2026, 5, 1, tzinfo=UTC)
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
SIZES = ("xlarge", "2xlarge")
FAMILIES = ("m5n", "m6a", "m6i", "m7a", "m7i", "m8i", "r6a", "r6i", "r7a", "r7i", "r8i", "c5a", "c6a", "c6i", "c7a")
BAND_SHARES = (0.36, 0.24, 0.12, 0.04, 0.24)
HOURS_A_MONTH = 730.0
WIDEST_OPEN_BAND = 0.40
# EC2 publishes a new price once it has moved by so much.
PUBLISHED_STEP = 0.02

Floats = npt.NDArray[np.float64]
Pool = tuple[str, str]


@dataclass(frozen=True)
class Assumptions:
    """What no publication tells; see the module.

    Attributes:
        price_level: factor on the level of every spot price.
        reclaims: factor on the rate of reclaims.
    """

    history_days: int = 14
    days: int = 90
    price_level: float = 1.0
    reclaims: float = 1.0
    calm_days: float = 30.0
    tight_days: float = 3.0
    tight_price: float = 1.5
    tight_reclaims: float = 10.0
    tight_capacity: float = 0.33
    price_deviation: float = 0.06
    half_life_days: float = 3.0
    zone_deviation: float = 0.08
    pool_cores: float = 64.0

    @property
    def hours(self) -> int:
        """Length of the market, with the history before the first job."""
        return (self.history_days + self.days) * 24


@dataclass
class Market:
    """One history: what policies may see (``book``), and what they may not."""

    book: PriceBook
    reclaims: dict[Pool, list[datetime]] = field(default_factory=dict)
    capacity: dict[Pool, Floats] = field(default_factory=dict)
    tight: dict[Pool, npt.NDArray[np.bool_]] = field(default_factory=dict)


def make_market(seed: int, assumed: Assumptions) -> Market:
    """A market of its own for every seed."""
    draw = np.random.default_rng(seed)
    bundled = bundled_prices()
    names = [f"{family}.{size}" for family in FAMILIES for size in SIZES]
    bands = {name: int(draw.choice(len(BANDS), p=BAND_SHARES)) for name in names}
    offers = {name: bundled.offers[name].model_copy(update={"interruption_band": bands[name]}) for name in names}
    history: dict[str, dict[str, tuple[SpotPrice, ...]]] = {}
    market = Market(bundled.model_copy(update={"offers": offers}))
    for name in names:
        share = _share_within(bands[name], draw)
        history[name] = {zone: _add_pool(market, (name, zone), offers[name], share, assumed, draw) for zone in ZONES}
    market.book = market.book.model_copy(update={"source": "a made-up market", "as_of": START, "spot_prices": history})
    return market


def _share_within(band: int, draw: np.random.Generator) -> float:
    low, high = BANDS[band]
    return float(draw.uniform(low, min(high, WIDEST_OPEN_BAND)))


def _add_pool(
    market: Market, pool: Pool, offer: Offer, share: float, assumed: Assumptions, draw: np.random.Generator
) -> tuple[SpotPrice, ...]:
    tight = _regimes(assumed, draw)
    market.tight[pool] = tight
    market.capacity[pool] = _capacities(tight, assumed, draw)
    market.reclaims[pool] = _reclaims(tight, share, assumed, draw)
    return _prices(tight, offer, assumed, draw)


def _regimes(assumed: Assumptions, draw: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Whether the pool is tight, by hour: a Markov chain of two states."""
    tight_share = assumed.tight_days / (assumed.tight_days + assumed.calm_days)
    state, hours, states = bool(draw.random() < tight_share), 0, np.empty(assumed.hours, dtype=np.bool_)
    while hours < assumed.hours:
        days = draw.exponential(assumed.tight_days if state else assumed.calm_days)
        stay = max(1, round(days * 24))
        states[hours : hours + stay] = state
        state, hours = not state, hours + stay
    return states


def _capacities(tight: npt.NDArray[np.bool_], assumed: Assumptions, draw: np.random.Generator) -> Floats:
    """Cores that can be had at once, by hour; drawn anew every day."""
    days = len(tight) // 24
    daily = assumed.pool_cores * np.exp(draw.normal(0, 0.8, days))
    return np.asarray(np.repeat(daily, 24) * np.where(tight, assumed.tight_capacity, 1.0))


def _reclaims(
    tight: npt.NDArray[np.bool_], share: float, assumed: Assumptions, draw: np.random.Generator
) -> list[datetime]:
    """Times at which EC2 takes everything back: Poisson, in the long run at the rate of the band, with luck by zone."""
    tight_share = assumed.tight_days / (assumed.tight_days + assumed.calm_days)
    mean = 1 + tight_share * (assumed.tight_reclaims - 1)
    zone = math.exp(draw.normal(-0.125, 0.5))
    hourly = -math.log(1 - share) / HOURS_A_MONTH * assumed.reclaims * zone / mean
    counts = draw.poisson(hourly * np.where(tight, assumed.tight_reclaims, 1.0))
    hours = np.repeat(np.arange(len(counts)), counts) + draw.random(int(counts.sum()))
    return [START + timedelta(hours=float(hour)) for hour in np.sort(hours)]


def _prices(
    tight: npt.NDArray[np.bool_], offer: Offer, assumed: Assumptions, draw: np.random.Generator
) -> tuple[SpotPrice, ...]:
    """An Ornstein-Uhlenbeck process of the log price around the level of the regime; published in steps."""
    savings = offer.spot_savings or 0.0
    level = math.log(offer.on_demand * (1 - savings) * assumed.price_level) + draw.normal(0, assumed.zone_deviation)
    kept = 0.5 ** (1 / (assumed.half_life_days * 24))
    shocks = draw.normal(0, assumed.price_deviation * math.sqrt(1 - kept**2), len(tight))
    means = level + np.where(tight, math.log(assumed.tight_price), 0.0)
    value, published, found = float(means[0]), math.inf, []
    for hour, (mean, shock) in enumerate(zip(means, shocks, strict=True)):
        value = float(mean + kept * (value - mean) + shock)
        value = min(value, math.log(offer.on_demand))
        if abs(value - published) >= PUBLISHED_STEP:
            published = value
            found.append(SpotPrice(START + timedelta(hours=hour), math.exp(value)))
    return tuple(found)
