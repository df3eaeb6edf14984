"""Spot prices and placement scores that a test gives, asked for through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from emr_requests import fleet, start, step, wait
from local_emr import LocalEmr, Offer, local_emr
from processes import NotInstalled, unless_expected

START = datetime(2026, 1, 1, tzinfo=UTC)
SERIES = {
    ("m5.xlarge", "us-east-1a"): 0.08,
    ("m5.xlarge", "us-east-1b"): 0.07,
    ("r5.xlarge", "us-east-1a"): 0.06,
}
HOURS = 700


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEmr]:
    history = [
        Offer(name, zone, START + timedelta(hours=hour), usd + hour / 10_000)
        for (name, zone), usd in SERIES.items()
        for hour in range(HOURS)
    ]
    folder: Path = tmp_path_factory.mktemp("market")
    try:
        with local_emr(folder, history=history, scores={"use1-az1": 9, "use1-az2": 3}) as emr:
            yield emr
    except NotInstalled as error:
        unless_expected(error)


def test_the_history_comes_in_pages_of_a_thousand(market: LocalEmr) -> None:
    pages = list(market.client("ec2").get_paginator("describe_spot_price_history").paginate())

    assert [len(page["SpotPriceHistory"]) for page in pages] == [1000, 1000, 100]
    first = pages[0]["SpotPriceHistory"][0]
    assert first["Timestamp"] == START + timedelta(hours=HOURS - 1)


def test_a_window_begins_with_the_price_that_held_before(market: LocalEmr) -> None:
    answer = market.client("ec2").describe_spot_price_history(
        InstanceTypes=["m5.xlarge"],
        Filters=[{"Name": "availability-zone", "Values": ["us-east-1b"]}],
        StartTime=START + timedelta(hours=10.5),
        EndTime=START + timedelta(hours=12),
    )

    found = [(price["Timestamp"], price["SpotPrice"]) for price in answer["SpotPriceHistory"]]
    assert found == [(START + timedelta(hours=hour), f"{0.07 + hour / 10_000:.6f}") for hour in (12, 11, 10)]


def test_placement_scores(market: LocalEmr) -> None:
    answer = market.client("ec2").get_spot_placement_scores(
        InstanceTypes=["m5.xlarge"], TargetCapacity=4, SingleAvailabilityZone=True, RegionNames=["us-east-1"]
    )

    scores = {score["AvailabilityZoneId"]: score["Score"] for score in answer["SpotPlacementScores"]}
    assert scores == {"use1-az1": 9, "use1-az2": 3}


def test_a_fleet_gets_the_cheapest_unit(market: LocalEmr) -> None:
    cluster = start(market, step("true"), fleets=[fleet("MASTER", 1), fleet("CORE", spot=1)])

    wait(market, cluster)

    assert _core(market, cluster) == ["r5.xlarge"]


def test_a_bid_below_the_price_gets_nothing(market: LocalEmr) -> None:
    bids = [{"InstanceType": "m5.xlarge"}, {"InstanceType": "r5.xlarge", "BidPrice": "0.01"}]
    core = fleet("CORE", spot=1, InstanceTypeConfigs=bids)
    cluster = start(market, step("true"), fleets=[fleet("MASTER", 1), core])

    wait(market, cluster)

    assert _core(market, cluster) == ["m5.xlarge"]


def _core(emr: LocalEmr, cluster: str) -> list[str]:
    found = emr.client("emr").list_instances(ClusterId=cluster, InstanceFleetType="CORE")["Instances"]
    return [instance["InstanceType"] for instance in found]
