"""The prices that a cluster is planned with: list prices of a book, spot prices of this moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from platform_assets.compute.emr.errors import EmrSettingsWrong
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.prices.book import PriceBook, SpotPrice
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.prices.spot_market import spot_history

SpotPrices = dict[str, dict[str, tuple[SpotPrice, ...]]]


def current_prices(settings: EmrSettings, ec2: Any) -> PriceBook:
    """The declared book, or the one that comes with the platform, with the spot prices that EC2 tells now.

    Raises:
        PriceBookNotReadable: the declared file is none.
        PricesNotFetched: EC2 does not tell its spot prices.
        EmrSettingsWrong: the book is one of another region, or no declared subnet is in a zone with spot prices.
    """
    book = list_prices(settings)
    now = datetime.now(UTC)
    days = timedelta(days=settings.policy.volatility_days)
    names = sorted(name for name, offer in book.offers.items() if offer.type.architecture == settings.need.architecture)
    return book.model_copy(
        update={"as_of": now, "spot_prices": _reached(settings, spot_history(ec2, names, now - days))}
    )


def _reached(settings: EmrSettings, prices: SpotPrices) -> SpotPrices:
    """Those of the zones that have a subnet, if subnets are declared: a cluster cannot start elsewhere."""
    if not settings.subnets:
        return prices
    told = {zone for by_zone in prices.values() for zone in by_zone}
    if told and not told & settings.subnets.keys():
        rule = f"EC2 tells spot prices in {', '.join(sorted(told))}, but none in {', '.join(sorted(settings.subnets))}"
        raise EmrSettingsWrong(
            "subnets", rule, "Declare subnets in those zones, or set policy.on_demand_shares to [1.0]"
        )
    return {
        name: {zone: history for zone, history in by_zone.items() if zone in settings.subnets}
        for name, by_zone in prices.items()
    }


def list_prices(settings: EmrSettings) -> PriceBook:
    """The declared book, or the one that comes with the platform, with whatever spot prices are in it.

    Raises:
        PriceBookNotReadable: the declared file is none.
        EmrSettingsWrong: the book is one of another region.
    """
    book = _declared(settings)
    if book.region != settings.region:
        raise EmrSettingsWrong(
            "prices",
            f"the price book is of {book.region}, and clusters run in {settings.region}",
            f"Fetch one with 'platform emr prices --region {settings.region} --out FILE' and name it under prices",
        )
    return book


def _declared(settings: EmrSettings) -> PriceBook:
    if settings.prices is None:
        return bundled_prices()
    try:
        return PriceBook.from_json(Path(settings.prices).read_text(), source=settings.prices)
    except FileNotFoundError:
        raise EmrSettingsWrong("prices", f"there is no file {settings.prices}", "Write one, or leave it out") from None
