"""Price books made up for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from platform_assets.compute.prices.book import InstanceType, Offer, PriceBook, SpotPrice

NOW = datetime(2026, 8, 10, 12, tzinfo=UTC)
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
FAMILIES = ("m5", "m6i", "m6a", "m7i", "r5", "r6i", "r6a", "c5", "c6i", "c6a")
SIZES = {"xlarge": 4, "2xlarge": 8, "4xlarge": 16}
GIB_PER_CORE = {"m": 4, "r": 8, "c": 2}


def make_book(
    offers: dict[str, tuple[float, int | None]], spot: dict[str, dict[str, list[float]]], hours_apart: float = 6
) -> PriceBook:
    """A book of types with (on-demand price, interruption band), and spot prices that end now."""
    return PriceBook(
        region="us-east-1",
        source="made for a test",
        as_of=NOW,
        offers={
            name: Offer(type=make_type(name), on_demand=usd, emr_fee=usd / 4, interruption_band=band)
            for name, (usd, band) in offers.items()
        },
        spot_prices={
            name: {zone: _history(prices, hours_apart) for zone, prices in by_zone.items()}
            for name, by_zone in spot.items()
        },
        ebs_gib_month=0.08,
        s3_gib_month=0.023,
        s3_put_per_1000=0.005,
        s3_get_per_1000=0.0004,
    )


def make_type(name: str) -> InstanceType:
    """The type of a name such as ``m5.xlarge``."""
    family, size = name.split(".")
    return InstanceType(name, SIZES[size], SIZES[size] * GIB_PER_CORE[family[0]], "x86_64")


def _history(prices: list[float], hours_apart: float) -> tuple[SpotPrice, ...]:
    start = NOW - timedelta(hours=hours_apart * (len(prices) - 1))
    return tuple(SpotPrice(start + timedelta(hours=hours_apart * i), price) for i, price in enumerate(prices))


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    """Books of some types with spot prices of a tenth to the whole of the on-demand price in some zones."""
    names = draw(
        st.lists(st.sampled_from([f"{f}.{s}" for f in FAMILIES for s in SIZES]), min_size=1, max_size=25, unique=True)
    )
    offers, spot = {}, {}
    for name in names:
        usd = SIZES[name.split(".")[1]] * draw(st.floats(0.03, 0.09))
        offers[name] = (usd, draw(st.none() | st.integers(0, 4)))
        zones = draw(st.lists(st.sampled_from(ZONES), unique=True))
        ratios = st.lists(st.floats(0.1, 1.0), min_size=1, max_size=4)
        spot[name] = {zone: [usd * ratio for ratio in draw(ratios)] for zone in zones}
    return make_book(offers, spot)
