"""Answers in the form of AWS's, so that the clients that read them meet the real field names and nesting."""

from __future__ import annotations

import json
from typing import Any


def product(attributes: dict[str, str], *tiers: tuple[str, str], unit: str = "Hrs", currency: str = "USD") -> str:
    """One entry of ``PriceList``; tiers are (begin of range, price)."""
    sku = "JRTCKXETXF"
    dimensions = {
        f"{sku}.JRTCKXETXF.{index}": {
            "unit": unit,
            "beginRange": begin,
            "endRange": "Inf",
            "description": "a price",
            "appliesTo": [],
            "rateCode": f"{sku}.JRTCKXETXF.{index}",
            "pricePerUnit": {currency: price},
        }
        for index, (begin, price) in enumerate(tiers)
    }
    return json.dumps(
        {
            "product": {"productFamily": "a family", "attributes": attributes, "sku": sku},
            "serviceCode": "a service",
            "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": {"priceDimensions": dimensions, "sku": sku}}},
            "version": "20260801000000",
            "publicationDate": "2026-08-01T00:00:00Z",
        }
    )


def filters(region: str, **wanted: str) -> list[dict[str, str]]:
    """``Filters`` of a call of GetProducts."""
    return [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in {"regionCode": region, **wanted}.items()
    ]


def products(service: str, wanted: list[dict[str, str]], *entries: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(operation, answer, expected parameters) of one call of GetProducts, for a Stubber."""
    expected = {"ServiceCode": service, "Filters": wanted, "FormatVersion": "aws_v1"}
    return "get_products", {"FormatVersion": "aws_v1", "PriceList": list(entries)}, expected


def described(name: str, vcpus: int, memory_gib: int, architecture: str = "x86_64") -> dict[str, Any]:
    """One type in an answer of DescribeInstanceTypes."""
    return {
        "InstanceType": name,
        "ProcessorInfo": {"SupportedArchitectures": [architecture]},
        "VCpuInfo": {"DefaultVCpus": vcpus},
        "MemoryInfo": {"SizeInMiB": memory_gib * 1024},
    }
