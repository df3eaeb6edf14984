from typing import Any

import boto3
from botocore.stub import Stubber
from price_books import make_book

from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.spot.need import ClusterNeed
from platform_assets.compute.spot.placed import plan_placed

NEED = ClusterNeed(cores=32, memory_gib_per_core=3)
NAMES = ("m5.xlarge", "m6i.xlarge", "r5.xlarge")


def book(zones: tuple[str, ...], names: tuple[str, ...] = NAMES) -> PriceBook:
    spot = {name: {zone: [0.06 + index / 100] for index, zone in enumerate(zones)} for name in names}
    return make_book(dict.fromkeys(names, (0.2, 0)), spot)


def ec2() -> Any:
    return boto3.client("ec2", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")


def test_the_zone_is_the_one_that_ec2_scores_highest() -> None:
    client = ec2()
    scores = [{"AvailabilityZoneId": "use1-az1", "Score": 2}, {"AvailabilityZoneId": "use1-az2", "Score": 9}]
    zones = [{"ZoneId": f"use1-az{number}", "ZoneName": name} for number, name in ((1, "a"), (2, "b"))]
    with Stubber(client) as stub:
        stub.add_response(
            "get_spot_placement_scores",
            {"SpotPlacementScores": scores},
            {
                "InstanceTypes": list(NAMES),
                "TargetCapacity": 32,
                "TargetCapacityUnitType": "vcpu",
                "SingleAvailabilityZone": True,
                "RegionNames": ["us-east-1"],
            },
        )
        stub.add_response("describe_availability_zones", {"AvailabilityZones": zones}, {})
        plan = plan_placed(client, NEED, book(("a", "b")))
        stub.assert_no_pending_responses()
    assert plan.zone == "b"
    assert "Zone b: placement score 9 of 10, the highest; prices decide ties." in plan.reasons


def test_ec2_is_not_asked_where_its_answer_cannot_matter() -> None:
    with Stubber(ec2()) as refuses_every_call:
        client = refuses_every_call.client
        assert plan_placed(client, NEED, book(("a",))).zone == "a"
        assert plan_placed(client, NEED, book(("a", "b"), NAMES[:2])).zone == "a"
        certain = NEED.model_copy(update={"attempts_lost": 2})
        assert plan_placed(client, certain, book(("a", "b"))).core.spot == 0
