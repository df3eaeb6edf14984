"""The bill of a cluster: the minimum, the market, prices that change while an instance lives, and what is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from simulated_month import START, price_book

from platform_assets.compute.cost.charge import Charge
from platform_assets.compute.cost.cluster import cluster_charges
from platform_assets.compute.cost.errors import UsageNotPossible
from platform_assets.compute.cost.usage import ClusterUse, EmbeddedUse, InstanceUse
from platform_assets.compute.prices.book import PriceBook, SpotPrice
from platform_assets.compute.prices.errors import PriceError

HOUR = timedelta(hours=1)


@pytest.fixture
def book() -> PriceBook:
    """m5.2xlarge: 0.384 on demand, fee 0.096; on spot 0.10, then 0.20 from the second hour on."""
    history = (SpotPrice(START, 0.10), SpotPrice(START + HOUR, 0.20))
    return price_book().model_copy(update={"spot_prices": {"m5.2xlarge": {"us-east-1a": history}}})


def instance(seconds: float, *, market: str = "SPOT", started: datetime = START, ebs: float = 0.0) -> InstanceUse:
    ended = started + timedelta(seconds=seconds)
    return InstanceUse("i-1", "m5.2xlarge", market, "core", "us-east-1a", started, ended, ebs)


def charges(book: PriceBook, *instances: InstanceUse) -> dict[str, Charge]:
    return {charge.kind: charge for charge in cluster_charges(ClusterUse("j-1", "us-east-1", instances), book)}


def test_a_spot_instance_pays_each_price_as_long_as_it_is_in_force(book: PriceBook) -> None:
    found = charges(book, instance(5400, started=START + HOUR / 2))

    assert found["instance"].usd == Decimal("0.10") / 2 + Decimal("0.20")
    assert found["emr"].usd == Decimal("0.096") * 3 / 2
    assert (found["instance"].quantity, found["instance"].detail) == (5400, "SPOT m5.2xlarge us-east-1a")
    assert found["instance"].resource == "j-1"


def test_on_demand_pays_the_list_price(book: PriceBook) -> None:
    assert charges(book, instance(1800, market="ON_DEMAND"))["instance"].usd == Decimal("0.192")


@pytest.mark.parametrize(("seconds", "billed"), [(0, 60), (12.3, 60), (60, 60), (60.2, 61), (3599.0, 3599)])
def test_whole_seconds_are_billed_and_sixty_at_least(book: PriceBook, seconds: float, billed: int) -> None:
    found = charges(book, instance(seconds, market="ON_DEMAND", ebs=100))

    assert found["instance"].quantity == billed
    assert found["emr"].usd == round(Decimal("0.096") * billed / 3600, 9)
    assert found["ebs"].usd == round(Decimal(100) * Decimal("0.08") * billed / (30 * 86_400), 9)


def test_the_minimum_reaches_into_the_next_price(book: PriceBook) -> None:
    found = charges(book, instance(10, started=START + HOUR - timedelta(seconds=30)))

    assert found["instance"].usd == round((30 * Decimal("0.10") + 30 * Decimal("0.20")) / 3600, 9)


def test_alike_instances_share_a_line(book: PriceBook) -> None:
    found = charges(book, *[instance(3600, market="ON_DEMAND")] * 3)

    assert found["instance"].usd == 3 * Decimal("0.384")
    assert found["instance"].quantity == 3 * 3600


def test_a_time_without_a_price_is_refused(book: PriceBook) -> None:
    with pytest.raises(PriceError, match=r"m5\.2xlarge in us-east-1a"):
        charges(book, instance(100, started=START - HOUR))


def test_use_that_nothing_can_have_left_is_refused() -> None:
    with pytest.raises(UsageNotPossible, match="before it started"):
        instance(-1)
    with pytest.raises(UsageNotPossible, match="no time zone"):
        instance(1, started=datetime(2026, 10, 1))
    with pytest.raises(UsageNotPossible, match="-5 GiB"):
        instance(1, started=datetime(2026, 10, 1, tzinfo=UTC), ebs=-5)
    with pytest.raises(UsageNotPossible, match="CPU seconds"):
        EmbeddedUse(-0.1)
