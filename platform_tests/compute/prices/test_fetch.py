"""Clients of boto3 whose transport is replaced: parameters and answers are checked against AWS's own service models."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_price_answers import described, filters, product, products
from botocore.stub import Stubber
from moto import mock_aws

from platform_assets.compute.prices.aws import PriceClients
from platform_assets.compute.prices.errors import PricesNotFetched
from platform_assets.compute.prices.fetch import fetch_prices
from platform_assets.compute.prices.price_list import EMR, GP3, LINUX_ON_DEMAND, S3_GETS, S3_PUTS, S3_STANDARD
from platform_assets.compute.prices.spot_market import instance_types, placement_scores, spot_history

REGION = "eu-west-1"
NOW = datetime(2026, 8, 10, 12, tzinfo=UTC)
ADVISOR = json.dumps(
    {"spot_advisor": {REGION: {"Linux": {"m6i.xlarge": {"s": 61, "r": 2}}, "Windows": {}}}, "ranges": []}
).encode()


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION, aws_access_key_id="key", aws_secret_access_key="secret")


def price(name: str, zone: str, hours_ago: float, usd: str) -> dict[str, Any]:
    return {
        "InstanceType": name,
        "AvailabilityZone": f"{REGION}{zone}",
        "ProductDescription": "Linux/UNIX",
        "SpotPrice": usd,
        "Timestamp": NOW - timedelta(hours=hours_ago),
    }


@contextmanager
def answering(ec2: list[tuple[str, Any, Any]], pricing: list[tuple[str, Any, Any]]) -> Iterator[PriceClients]:
    clients = PriceClients(client("ec2"), client("pricing"))
    with Stubber(clients.ec2) as ec2_stub, Stubber(clients.pricing) as pricing_stub:
        for stub, answers in ((ec2_stub, ec2), (pricing_stub, pricing)):
            for operation, answer, expected in answers:
                stub.add_response(operation, answer, expected)
        yield clients
        ec2_stub.assert_no_pending_responses()
        pricing_stub.assert_no_pending_responses()


def price_list_answers() -> list[tuple[str, Any, Any]]:
    on_demand = [
        product({"instanceType": "m6i.xlarge"}, ("0", "0.2140000000")),
        product({"instanceType": "r6i.xlarge"}, ("0", "0.2820000000")),
        product({"instanceType": "x1.32xlarge"}, ("0", "16.0")),
    ]
    fees = [
        product({"instanceType": "m6i.xlarge", "softwareType": "EMR"}, ("0", "0.0480")),
        product({"instanceType": "x1.32xlarge", "softwareType": "EMR"}, ("0", "0.27")),
    ]
    storage = product({"volumeType": "Standard"}, ("51200", "0.022"), ("0", "0.023"), unit="GB-Mo")
    return [
        products("AmazonEC2", filters(REGION, **LINUX_ON_DEMAND), *on_demand),
        products("ElasticMapReduce", filters(REGION, **EMR), *fees),
        products("AmazonEC2", filters(REGION, **GP3), product({}, ("0", "0.088"), unit="GB-Mo")),
        products("AmazonS3", filters(REGION, **S3_STANDARD), storage),
        products("AmazonS3", filters(REGION, **S3_PUTS), product({}, ("0", "0.000005"), unit="Requests")),
        products("AmazonS3", filters(REGION, **S3_GETS), product({}, ("0", "0.0000004"), unit="Requests")),
    ]


def test_a_book_is_made_of_what_aws_answers() -> None:
    history = [price("m6i.xlarge", "b", 1, "0.0900"), price("m6i.xlarge", "b", 30, "0.0800")]
    ec2 = [
        (
            "describe_instance_types",
            {"InstanceTypes": [described("m6i.xlarge", 4, 16)]},
            {"InstanceTypes": ["m6i.xlarge"]},
        ),
        (
            "describe_spot_price_history",
            {"SpotPriceHistory": history},
            {
                "InstanceTypes": ["m6i.xlarge"],
                "ProductDescriptions": ["Linux/UNIX"],
                "StartTime": NOW - timedelta(days=14),
            },
        ),
    ]
    with answering(ec2, price_list_answers()) as clients:
        book = fetch_prices(REGION, clients, ADVISOR, NOW)
    # r6i has no EMR fee, so EMR cannot use it; x1 is no type for workers.
    assert [each.name for each in book.instance_types()] == ["m6i.xlarge"]
    assert (book.on_demand("m6i.xlarge"), book.emr_fee("m6i.xlarge")) == (0.214, 0.048)
    assert (book.spot_savings("m6i.xlarge"), book.interruption_band("m6i.xlarge")) == (0.61, 2)
    assert book.zones() == ("eu-west-1b",)
    assert book.spot("m6i.xlarge", "eu-west-1b", NOW - timedelta(hours=2)) == 0.08
    assert book.spot("m6i.xlarge", "eu-west-1b", NOW) == 0.09
    assert (book.ebs_gib_month, book.s3_gib_month) == (0.088, 0.023)
    assert (book.s3_put_per_1000, book.s3_get_per_1000) == pytest.approx((0.005, 0.0004))


def test_history_is_read_to_its_last_page() -> None:
    ec2 = client("ec2")
    arguments = {"InstanceTypes": ["m6i.xlarge"], "ProductDescriptions": ["Linux/UNIX"], "StartTime": NOW}
    with Stubber(ec2) as stub:
        first = {"SpotPriceHistory": [price("m6i.xlarge", "a", 1, "0.09")], "NextToken": "more"}
        stub.add_response("describe_spot_price_history", first, arguments)
        second = {"SpotPriceHistory": [price("m6i.xlarge", "a", 2, "0.08")], "NextToken": ""}
        stub.add_response("describe_spot_price_history", second, {**arguments, "NextToken": "more"})
        found = spot_history(ec2, ["m6i.xlarge"], NOW)
    assert [each.usd_per_hour for each in found["m6i.xlarge"]["eu-west-1a"]] == [0.08, 0.09]


def test_a_refusal_names_the_part_and_the_remedy() -> None:
    clients = PriceClients(client("ec2"), client("pricing"))
    with Stubber(clients.pricing) as stub:
        stub.add_client_error("get_products", "AccessDeniedException", "not authorized to perform: pricing:GetProducts")
        with pytest.raises(PricesNotFetched, match=r"on-demand prices could not be fetched.*pricing:GetProducts.*role"):
            fetch_prices(REGION, clients, ADVISOR, NOW)


def test_a_region_without_prices_is_named() -> None:
    empty = [products("AmazonEC2", filters("mars-1", **LINUX_ON_DEMAND))]
    with answering([], empty) as clients, pytest.raises(PricesNotFetched, match="none for region mars-1"):
        fetch_prices("mars-1", clients, ADVISOR, NOW)


def test_placement_scores_are_told_by_zone_name() -> None:
    ec2 = client("ec2")
    zones = [{"ZoneId": "euw1-az3", "ZoneName": "eu-west-1a"}, {"ZoneId": "euw1-az1", "ZoneName": "eu-west-1b"}]
    scores = [{"Region": REGION, "AvailabilityZoneId": "euw1-az1", "Score": 8}]
    with Stubber(ec2) as stub:
        stub.add_response(
            "get_spot_placement_scores",
            {"SpotPlacementScores": scores},
            {
                "InstanceTypes": ["m6i.xlarge", "m5.xlarge", "r5.xlarge"],
                "TargetCapacity": 64,
                "TargetCapacityUnitType": "vcpu",
                "SingleAvailabilityZone": True,
                "RegionNames": [REGION],
            },
        )
        stub.add_response("describe_availability_zones", {"AvailabilityZones": zones}, {})
        assert placement_scores(ec2, ["m6i.xlarge", "m5.xlarge", "r5.xlarge"], 64, REGION) == {"eu-west-1b": 8}


@mock_aws
def test_types_are_described_as_ec2_does() -> None:
    """Moto's answers were recorded from EC2."""
    ec2 = boto3.client("ec2", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
    found = {each.name: each for each in instance_types(ec2, ["m5.xlarge", "r6g.2xlarge"])}
    assert (found["m5.xlarge"].vcpus, found["m5.xlarge"].memory_gib) == (4, 16)
    assert found["m5.xlarge"].architecture == "x86_64"
    assert (found["r6g.2xlarge"].memory_gib, found["r6g.2xlarge"].architecture) == (64, "arm64")
