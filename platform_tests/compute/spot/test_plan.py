"""Plans for prices with a known answer."""

from datetime import timedelta

import pytest
from price_books import NOW, make_book, make_type

from platform_assets.compute.prices.book import SpotPrice
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.spot.bids import Fixed, PercentAboveCurrent
from platform_assets.compute.spot.errors import PlanImpossible
from platform_assets.compute.spot.losses import Experience, Losses, PoolUse
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.plan import plan_fleets
from platform_assets.compute.spot.risk import reclaimed_share
from platform_assets.compute.spot.usable import usable_cores
from platform_assets.compute.spot.volatility import daily_volatility

NEED = ClusterNeed(cores=32, memory_gib_per_core=3)
A, B = "us-east-1a", "us-east-1b"


def both(m5: float, m6i: float) -> dict[str, dict[str, list[float]]]:
    return {"m5.xlarge": {A: [m5]}, "m6i.xlarge": {A: [m6i]}}


OFFERS = {"m5.xlarge": (0.192, 0), "m6i.xlarge": (0.192, 0)}


def names(plan) -> list[str]:
    return [each.name for each in plan.core.types]


# memory.gib and cores: EMR's table of yarn.nodemanager.resource.memory-mb
@pytest.mark.parametrize(
    ("name", "per_core", "cores"),
    [
        ("m5.xlarge", 3, 4),
        ("m5.xlarge", 4, 3),
        ("c5.xlarge", 3, 1),
        ("c5.2xlarge", 3, 4),
        ("r5.4xlarge", 7.5, 16),
        ("m5.xlarge", 13, 0),
    ],
)
def test_usable_cores_are_bounded_by_memory(name: str, per_core: float, cores: int) -> None:
    assert usable_cores(make_type(name), per_core) == cores


def test_price_decides_if_all_else_is_equal() -> None:
    assert names(plan_fleets(NEED, make_book(OFFERS, both(0.06, 0.07)))) == ["m5.xlarge", "m6i.xlarge"]
    assert names(plan_fleets(NEED, make_book(OFFERS, both(0.07, 0.06)))) == ["m6i.xlarge", "m5.xlarge"]


def test_a_dearer_type_wins_if_the_cheaper_one_is_often_reclaimed_or_restless() -> None:
    risky = {"m5.xlarge": (0.192, 4), "m6i.xlarge": (0.192, 0)}
    assert names(plan_fleets(NEED, make_book(risky, both(0.06, 0.07))))[0] == "m6i.xlarge"
    restless = {"m5.xlarge": {A: [0.06, 0.12, 0.05, 0.1, 0.06]}, "m6i.xlarge": {A: [0.07] * 5}}
    assert names(plan_fleets(NEED, make_book(OFFERS, restless)))[0] == "m6i.xlarge"
    calm = SpotPolicy(volatility_weight=0, risk_weight=0)
    assert names(plan_fleets(NEED, make_book(risky, restless), policy=calm))[0] == "m5.xlarge"


def test_own_losses_count_in_their_zone_and_for_a_month() -> None:
    book = make_book(
        OFFERS, {name: {A: [price], B: [0.15]} for name, price in (("m5.xlarge", 0.06), ("m6i.xlarge", 0.062))}
    )

    def first(zone: str, days_ago: float) -> str:
        lost = PoolUse("m5.xlarge", zone, NOW - timedelta(days=days_ago), 1.0, True)
        return names(plan_fleets(NEED, book, Losses([lost])))[0]

    assert first(A, 1) == "m6i.xlarge"
    assert first(B, 1) == "m5.xlarge"
    assert first(A, 31) == "m5.xlarge"


def test_losses_are_told() -> None:
    lost = PoolUse("m5.xlarge", A, NOW, 1.0, True)
    told = "\n".join(plan_fleets(NEED, make_book(OFFERS, both(0.06, 0.07)), Losses([lost])).reasons)
    assert "Ranked lower for own losses in the last 30 days: m5.xlarge (1)." in told


def test_the_posterior_is_between_prior_and_experience() -> None:
    prior = reclaimed_share(0, Experience())
    assert prior == pytest.approx(0.025)
    # (0.25 + 1) reclaims in 10 months and an hour
    assert reclaimed_share(0, Experience(1, 1.0)) == pytest.approx(0.117, abs=0.001)
    assert reclaimed_share(0, Experience(0, 7300)) == pytest.approx(0.0126, abs=0.0001)


def test_volatility_is_that_of_the_window() -> None:
    def at(days: float) -> SpotPrice:
        return SpotPrice(NOW - timedelta(days=days), 2.0 if days in (3, 1) else 1.0)

    history = [at(20), at(3), at(2), at(1)]
    # three changes by ln 2 in four days; in two and a half days, two
    assert daily_volatility(history, NOW, 4) == pytest.approx((3 / 4) ** 0.5 * 0.6931, abs=0.001)
    assert daily_volatility(history, NOW, 2.5) == pytest.approx((2 / 2.5) ** 0.5 * 0.6931, abs=0.001)
    assert daily_volatility(history, NOW - timedelta(days=4), 4) == 0


def test_the_placement_score_decides_on_the_zone_and_price_breaks_ties() -> None:
    book = make_book(OFFERS, {"m5.xlarge": {A: [0.06], B: [0.09]}, "m6i.xlarge": {A: [0.06], B: [0.09]}})
    assert plan_fleets(NEED, book).zone == A
    assert plan_fleets(NEED, book, placement={A: 3, B: 9}).zone == B
    assert plan_fleets(NEED, book, placement={A: 9, B: 9}).zone == A


def test_types_of_every_family_come_before_a_second_one_of_the_cheapest() -> None:
    offers = {
        f"{family}.{size}": (0.05 * cores, 0)
        for family in ("m5", "m6i")
        for size, cores in (("xlarge", 4), ("2xlarge", 8))
    }
    prices = {"m5.xlarge": 0.05, "m5.2xlarge": 0.1, "m6i.xlarge": 0.11, "m6i.2xlarge": 0.22}
    book = make_book(offers, {name: {A: [price]} for name, price in prices.items()})
    plan = plan_fleets(ClusterNeed(cores=128, memory_gib_per_core=3), book, policy=SpotPolicy(max_types=2))
    assert names(plan) == ["m5.2xlarge", "m6i.2xlarge"]


def test_more_is_on_demand_after_each_lost_attempt() -> None:
    book = make_book(OFFERS, both(0.06, 0.07))
    plans = [plan_fleets(NEED.model_copy(update={"attempts_lost": lost}), book) for lost in range(4)]
    assert [(plan.core.on_demand, plan.core.spot) for plan in plans] == [(4, 12), (8, 8), (32, 0), (32, 0)]
    assert [plan.task.spot if plan.task else 0 for plan in plans] == [16, 16, 0, 0]
    assert "one attempt of this run was lost to spot" in plans[1].reasons[1]


def test_a_bid_rule_is_passed_on_and_low_bids_leave_types_out() -> None:
    book = make_book(OFFERS, both(0.06, 0.07))
    plan = plan_fleets(NEED, book, policy=SpotPolicy(bid=PercentAboveCurrent(percent=50)))
    assert {each.name: each.bid for each in plan.core.types} == pytest.approx({"m5.xlarge": 0.09, "m6i.xlarge": 0.105})
    assert plan.instance_fleets()[1]["InstanceTypeConfigs"][0]["BidPrice"] == "0.09000"
    assert names(plan_fleets(NEED, book, policy=SpotPolicy(bid=Fixed(usd_per_hour=0.065)))) == ["m5.xlarge"]
    with pytest.raises(PlanImpossible, match=r"2 cost more than the bid.*raise the bid"):
        plan_fleets(NEED, book, policy=SpotPolicy(bid=Fixed(usd_per_hour=0.01)))


def test_a_need_that_no_type_can_meet_is_told() -> None:
    with pytest.raises(PlanImpossible, match=r"32 cores with 200 GiB each.*less memory per core"):
        plan_fleets(NEED.model_copy(update={"memory_gib_per_core": 200}), bundled_prices())
    with pytest.raises(PlanImpossible, match="512 GiB for the primary node"):
        plan_fleets(NEED.model_copy(update={"primary_memory_gib": 512}), bundled_prices())


def test_the_request_is_what_run_job_flow_takes() -> None:
    import boto3
    from botocore.validate import validate_parameters

    emr = boto3.client("emr", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
    shape = emr.meta.service_model.operation_model("RunJobFlow").input_shape
    plan = plan_fleets(NEED, bundled_prices())
    validate_parameters({"Name": "job", "Instances": {"InstanceFleets": plan.instance_fleets()}}, shape)
    primary, core, task = plan.instance_fleets()
    assert (primary["TargetOnDemandCapacity"], primary["TargetSpotCapacity"]) == (1, 0)
    assert core["LaunchSpecifications"]["SpotSpecification"]["TimeoutAction"] == "SWITCH_TO_ON_DEMAND"
    assert "OnDemandSpecification" not in task["LaunchSpecifications"]


def test_the_bundled_prices_give_a_plan_with_its_reasons() -> None:
    plan = plan_fleets(NEED, bundled_prices())
    told = "\n".join(plan.reasons)
    assert "check current prices before relying on it" in told
    assert plan.zone is None
    assert "do not tell zones apart" in told
    assert plan.usd_per_hour() < 0.75 * plan.on_demand_usd_per_hour()
