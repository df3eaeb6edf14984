"""Executors have their place on every node that a plan may bring, Spark's application master beside them."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from price_books import books

from platform_assets.compute.emr.configurations import LEAST_OVERHEAD_MIB, OVERHEAD, spark_defaults
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.spot.errors import PlanImpossible
from platform_assets.compute.spot.fleet import Fleet, PlannedType
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.need import ClusterNeed
from platform_assets.compute.spot.plan import plan_fleets
from platform_assets.compute.spot.usable import MASTER_GIB, yarn_memory

SETTINGS = EmrSettings(region="us-east-1", staging="s3://bucket/staging")
needs = st.builds(
    ClusterNeed, cores=st.integers(1, 100), memory_gib_per_core=st.floats(1, 12), attempts_lost=st.integers(0, 2)
)


def cores_on(node: PlannedType, plan: FleetPlan, book: PriceBook) -> int:
    """Cores of the executors that YARN can place on a node beside the application master."""
    defaults = spark_defaults(SETTINGS, plan, "s3://bucket/log")
    memory = int(defaults["spark.executor.memory"].removesuffix("m"))
    container = memory + max(LEAST_OVERHEAD_MIB, int(OVERHEAD * memory))
    free = (yarn_memory(book.instance_type(node.name)) - MASTER_GIB) * 1024
    return int(free // container) * int(defaults["spark.executor.cores"])


def fewest_cores(fleet: Fleet, plan: FleetPlan, book: PriceBook) -> int:
    """Cores of executors in a fleet that EMR fills with the worst of its types."""
    targets = [target for target in (fleet.on_demand, fleet.spot) if target]
    return min(
        sum(math.ceil(target / node.weight) * cores_on(node, plan, book) for target in targets) for node in fleet.types
    )


def check(plan: FleetPlan, need: ClusterNeed, book: PriceBook) -> None:
    fleets = [fleet for fleet in plan.fleets if fleet.role != "primary"]
    assert sum(fewest_cores(fleet, plan, book) for fleet in fleets) >= need.cores


@settings(max_examples=150, deadline=None)
@given(needs, books())
def test_executors_beside_the_application_master_have_the_cores_that_are_needed(
    need: ClusterNeed, book: PriceBook
) -> None:
    try:
        plan = plan_fleets(need, book)
    except PlanImpossible:
        assume(False)
    check(plan, need, book)


@pytest.mark.parametrize("cores", [1, 3, 4, 8, 16])
@pytest.mark.parametrize("memory", [2, 3, 4, 7.5])
def test_so_it_is_with_list_prices(cores: int, memory: float) -> None:
    need = ClusterNeed(cores=cores, memory_gib_per_core=memory, attempts_lost=2)
    plan = plan_fleets(need, bundled_prices())
    check(plan, need, bundled_prices())
    assert plan.memory_gib_per_core >= 0.9 * memory
