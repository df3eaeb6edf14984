"""Public prices from AWS's Price List API: instances on demand, EMR's fee, disks and S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from platform_assets.compute.prices.aws import pages, telling
from platform_assets.compute.prices.errors import PricesNotFetched

# One price of each type: Linux, not reserved, without other software.
LINUX_ON_DEMAND = {
    "productFamily": "Compute Instance",
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "capacitystatus": "Used",
    "preInstalledSw": "NA",
}
EMR = {"softwareType": "EMR"}
GP3 = {"productFamily": "Storage", "volumeApiName": "gp3"}
S3_STANDARD = {"productFamily": "Storage", "volumeType": "Standard"}
S3_PUTS, S3_GETS = {"group": "S3-API-Tier1"}, {"group": "S3-API-Tier2"}


@dataclass(frozen=True)
class PriceListing:
    """One product with its price: USD per unit, at the first tier of use."""

    attributes: dict[str, str]
    usd: float


def instance_prices(pricing: Any, region: str) -> dict[str, float]:
    """USD an hour on demand by type."""
    return _by_type(pricing, "AmazonEC2", region, LINUX_ON_DEMAND, "on-demand prices")


def emr_fees(pricing: Any, region: str) -> dict[str, float]:
    """USD an hour that EMR adds, by the types that EMR can use."""
    return _by_type(pricing, "ElasticMapReduce", region, EMR, "EMR fees")


def disk_price(pricing: Any, region: str) -> float:
    """USD for a GiB of gp3 in a month."""
    return _single(pricing, "AmazonEC2", region, GP3, "price of gp3 disks")


def s3_prices(pricing: Any, region: str) -> dict[str, float]:
    """The three prices of S3 Standard by their names in a price book."""
    return {
        "s3_gib_month": _single(pricing, "AmazonS3", region, S3_STANDARD, "price of S3 storage"),
        "s3_put_per_1000": 1000 * _single(pricing, "AmazonS3", region, S3_PUTS, "price of S3 writes"),
        "s3_get_per_1000": 1000 * _single(pricing, "AmazonS3", region, S3_GETS, "price of S3 reads"),
    }


def _by_type(pricing: Any, service: str, region: str, filters: dict[str, str], part: str) -> dict[str, float]:
    found = _listings(pricing, service, region, filters, part)
    prices = {each.attributes["instanceType"]: each.usd for each in found if "instanceType" in each.attributes}
    if not prices:
        raise PricesNotFetched(part, f"the Price List API has none for region {region}")
    return prices


def _single(pricing: Any, service: str, region: str, filters: dict[str, str], part: str) -> float:
    # The list has free and special variants of the same product beside the one that everybody pays.
    prices = [each.usd for each in _listings(pricing, service, region, filters, part) if each.usd > 0]
    if not prices:
        raise PricesNotFetched(part, f"the Price List API has none for region {region}")
    return max(prices)


def _listings(pricing: Any, service: str, region: str, filters: dict[str, str], part: str) -> Iterator[PriceListing]:
    wanted = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in {"regionCode": region, **filters}.items()
    ]
    with telling(part):
        for page in pages(pricing, "get_products", ServiceCode=service, Filters=wanted, FormatVersion="aws_v1"):
            for text in page["PriceList"]:
                listing = _parse(json.loads(text))
                if listing is not None:
                    yield listing


def _parse(product: dict[str, Any]) -> PriceListing | None:
    """The first tier's price of a product; None if it has no on-demand price in USD."""
    dimensions = [
        dimension
        for term in product.get("terms", {}).get("OnDemand", {}).values()
        for dimension in term["priceDimensions"].values()
        if "USD" in dimension["pricePerUnit"]
    ]
    if not dimensions:
        return None
    first = min(dimensions, key=lambda dimension: float(dimension.get("beginRange") or 0))
    return PriceListing(product["product"]["attributes"], float(first["pricePerUnit"]["USD"]))
