"""The simulation that judges the plan can be trusted: clusters cost and lose what they should, and can lose."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from benchmarks.spot_cluster import BOOT, Launch, run_attempt
from benchmarks.spot_market import START, Assumptions, Market, make_market
from platform_assets.compute.spot.fleet import Fleet, PlannedType

AT = START + timedelta(days=20)
ZONE = "us-east-1a"
SHORT = Assumptions(days=20)


@pytest.fixture(scope="module")
def calm() -> Market:
    """A market in which nothing is ever reclaimed and there is always enough."""
    market = make_market(1, replace(SHORT, reclaims=0))
    market.capacity = {pool: np.full_like(free, 1000.0) for pool, free in market.capacity.items()}
    return market


def planned(market: Market, name: str) -> PlannedType:
    return PlannedType(name, 4, market.book.on_demand(name), market.book.emr_fee(name))


def launch(market: Market, on_demand: int, spot: int, *names: str) -> Launch:
    primary = Fleet("primary", (replace(planned(market, "m6a.xlarge"), weight=1),), on_demand=1)
    workers = Fleet("core", tuple(planned(market, name) for name in names), on_demand=on_demand, spot=spot)
    return Launch(ZONE, (primary, workers), "lowest-price")


def reclaimed(market: Market, minutes: float, name: str) -> Market:
    """The same market, in which a pool goes so long after the cluster was bought."""
    at = AT + timedelta(minutes=minutes)
    return replace(market, reclaims={pool: [at] if pool[0] == name else [] for pool in market.reclaims})


def test_an_hour_on_demand_costs_its_list_price(calm: Market) -> None:
    done = run_attempt(calm, launch(calm, 16, 0, "m6a.xlarge"), 16, 1.0, AT)
    assert done.finished
    assert done.ended == AT + BOOT + timedelta(hours=1)
    assert done.usd == pytest.approx(5 * (0.1728 + 0.0432) * 1.1)
    assert done.fee_usd == pytest.approx(5 * 0.0432 * 1.1)
    assert done.uses == []


def test_spot_costs_the_price_of_its_pool_and_is_remembered(calm: Market) -> None:
    done = run_attempt(calm, launch(calm, 0, 16, "m6a.xlarge"), 16, 1.0, AT)
    spot = calm.book.spot("m6a.xlarge", ZONE, AT)
    assert done.usd == pytest.approx((4 * (spot + 0.0432) + 0.1728 + 0.0432) * 1.1)
    assert [(use.instance_type, use.hours, use.reclaimed) for use in done.uses] == [("m6a.xlarge", 1.1, False)]


def test_an_attempt_on_one_pool_is_lost_with_it(calm: Market) -> None:
    lost = run_attempt(reclaimed(calm, 30, "m6a.xlarge"), launch(calm, 0, 16, "m6a.xlarge"), 16, 1.0, AT)
    assert (lost.finished, lost.ended) == (False, AT + timedelta(minutes=30))
    assert lost.uses[0].reclaimed


def test_losing_a_lesser_part_delays_the_job(calm: Market) -> None:
    market = reclaimed(calm, 36, "m6a.xlarge")
    done = run_attempt(market, launch(calm, 12, 4, "m6a.xlarge"), 16, 1.0, AT)
    assert done.finished
    # After half an hour of 16 cores, a quarter of 15 minutes is done again, by 12 cores, as the only pool is gone.
    left = 16 * 0.5 + 0.25 * 16 * 0.25
    assert done.ended == pytest.approx(AT + timedelta(minutes=36, hours=left / 12), abs=timedelta(seconds=1))


def test_reclaimed_capacity_is_replaced_from_another_pool(calm: Market) -> None:
    market = reclaimed(calm, 36, "m6a.xlarge")
    alone = run_attempt(market, launch(calm, 12, 4, "m6a.xlarge"), 16, 1.0, AT)
    replaced = run_attempt(market, launch(calm, 12, 4, "m6a.xlarge", "m7a.xlarge"), 16, 1.0, AT)
    assert {use.instance_type for use in replaced.uses} == {"m6a.xlarge", "m7a.xlarge"}
    assert replaced.ended < alone.ended


def test_capacity_that_is_not_there_is_bought_on_demand_after_ten_minutes(calm: Market) -> None:
    market = replace(calm, capacity={pool: np.full_like(free, 8.0) for pool, free in calm.capacity.items()})
    done = run_attempt(market, launch(calm, 0, 16, "m6a.xlarge"), 16, 1.0, AT)
    assert done.ended == AT + timedelta(minutes=10) + BOOT + timedelta(hours=1)
    assert done.uses[0].hours == pytest.approx(1 + 16 / 60)


def test_pools_are_reclaimed_as_often_as_their_bands_say() -> None:
    markets = [make_market(seed, Assumptions()) for seed in range(6)]
    months = Assumptions().hours / 730
    for band, (low, high) in {0: (0.0, 0.05), 1: (0.05, 0.10), 4: (0.20, 0.40)}.items():
        counts = [
            len(times)
            for market in markets
            for (name, _), times in market.reclaims.items()
            if market.book.interruption_band(name) == band
        ]
        share = 1 - np.exp(-np.mean(counts) / months)
        spread = 3 * np.std(counts) / len(counts) ** 0.5 / months
        assert low - spread <= share <= high + spread


def test_prices_stay_below_on_demand_and_near_their_published_level() -> None:
    market = make_market(3, Assumptions())
    ratios = []
    for name, zones in market.book.spot_prices.items():
        on_demand, level = market.book.on_demand(name), 1 - (market.book.spot_savings(name) or 0)
        for prices in zones.values():
            assert max(each.usd_per_hour for each in prices) <= on_demand * (1 + 1e-9)
            ratios.append(np.median([each.usd_per_hour for each in prices]) / on_demand / level)
    assert 0.9 < np.median(ratios) < 1.15
