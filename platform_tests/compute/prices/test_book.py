from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.prices.book import InstanceType, Offer, PriceBook, SpotPrice
from platform_assets.compute.prices.bundled import bundled_prices, read_prices
from platform_assets.compute.prices.errors import PriceBookNotReadable, PriceNotKnown, SpotPriceNotKnown

START = datetime(2026, 8, 1, tzinfo=UTC)
ZONE = "us-east-1a"


def book(*prices: SpotPrice) -> PriceBook:
    return PriceBook(
        region="us-east-1",
        source="made for a test",
        as_of=START,
        offers={"m5.xlarge": Offer(type=InstanceType("m5.xlarge", 4, 16, "x86_64"), on_demand=0.192, emr_fee=0.048)},
        spot_prices={"m5.xlarge": {ZONE: prices}} if prices else {},
        ebs_gib_month=0.08,
        s3_gib_month=0.023,
        s3_put_per_1000=0.005,
        s3_get_per_1000=0.0004,
    )


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=20), st.floats(0, 40))
def test_a_spot_price_holds_until_the_next_one(prices: list[float], at: float) -> None:
    made = book(*(SpotPrice(hours(index), price) for index, price in enumerate(prices)))
    assert made.spot("m5.xlarge", ZONE, hours(at)) == prices[min(int(at), len(prices) - 1)]


@given(st.lists(st.floats(0.001, 10), max_size=5))
def test_a_book_is_the_same_after_json(prices: list[float]) -> None:
    made = book(*(SpotPrice(hours(index), price) for index, price in enumerate(prices)))
    assert PriceBook.from_json(made.to_json()) == made


def test_before_the_first_spot_price_there_is_none() -> None:
    with pytest.raises(SpotPriceNotKnown, match=r"m5\.xlarge in us-east-1a at 2026-07-31"):
        book(SpotPrice(START, 0.07)).spot("m5.xlarge", ZONE, hours(-1))


def test_a_type_without_a_price_is_named() -> None:
    with pytest.raises(PriceNotKnown, match=r"'m1\.small'.*platform emr prices"):
        book().on_demand("m1.small")


@pytest.mark.parametrize(
    "prices", [(SpotPrice(hours(1), 0.1), SpotPrice(hours(0), 0.1)), (SpotPrice(hours(0), 0.0),)], ids=["order", "zero"]
)
def test_a_book_with_impossible_spot_prices_is_refused(prices: tuple[SpotPrice, ...]) -> None:
    text = book().model_copy(update={"spot_prices": {"m5.xlarge": {ZONE: prices}}}).to_json()
    with pytest.raises(PriceBookNotReadable, match=r"m5\.xlarge in us-east-1a"):
        PriceBook.from_json(text, "a file")


def test_a_file_that_is_no_price_book_is_named(tmp_path) -> None:
    file = tmp_path / "prices.json"
    with pytest.raises(PriceBookNotReadable, match="No such file"):
        read_prices(file)
    file.write_text('{"region": "us-east-1"}')
    with pytest.raises(PriceBookNotReadable, match=r"prices\.json is not a price book: source: Field required"):
        read_prices(file)


def test_the_bundled_book_says_how_old_it_is_and_has_plausible_prices() -> None:
    bundled = bundled_prices()
    assert "check current prices" in bundled.source
    assert bundled.on_demand("m5.xlarge") == 0.192
    assert bundled.emr_fee("m5.xlarge") == 0.048
    for each in bundled.instance_types():
        per_core = bundled.on_demand(each.name) / each.vcpus
        assert 0.03 < per_core < 0.09, each.name
        assert (each.architecture == "arm64") == each.family.endswith("g"), each.name
