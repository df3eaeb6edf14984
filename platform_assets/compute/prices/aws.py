"""The AWS clients that prices come from, and what they answer, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from platform_assets.compute.prices.errors import PricesNotFetched

# The Price List API answers for all regions, in few of them.
PRICE_LIST_REGION = "us-east-1"


@dataclass(frozen=True)
class PriceClients:
    """boto3 clients: EC2 of the region whose prices are wanted, and the Price List API."""

    ec2: Any
    pricing: Any


def price_clients(region: str) -> PriceClients:
    """Clients with the credentials that every AWS client finds."""
    import boto3

    # A session of its own: boto3's default one keeps the credentials that a process met first.
    session = boto3.Session()
    ec2, pricing = session.client("ec2", region_name=region), session.client("pricing", region_name=PRICE_LIST_REGION)
    return PriceClients(ec2, pricing)


@contextmanager
def telling(part: str) -> Iterator[None]:
    """Errors of AWS as PricesNotFetched, which names the part of the prices."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise PricesNotFetched(part, str(error)) from error


def pages(client: Any, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every page of a paged operation."""
    yield from client.get_paginator(operation).paginate(**arguments)
