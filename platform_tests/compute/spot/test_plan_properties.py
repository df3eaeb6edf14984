"""What holds for every plan, whatever the prices."""

from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from price_books import NOW, ZONES, books

from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.spot.bids import Fixed, OnDemandPrice, PercentAboveCurrent, PercentOfOnDemand, bid
from platform_assets.compute.spot.errors import PlanImpossible
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.losses import Losses, PoolUse
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy
from platform_assets.compute.spot.plan import plan_fleets
from platform_assets.compute.spot.ranking import fitting_types, rank
from platform_assets.compute.spot.usable import usable_cores, yarn_memory

needs = st.builds(
    ClusterNeed, cores=st.integers(1, 400), memory_gib_per_core=st.floats(0.5, 20), attempts_lost=st.integers(0, 4)
)
rules = st.one_of(
    st.just(OnDemandPrice()),
    st.builds(Fixed, usd_per_hour=st.floats(0, 5)),
    st.builds(PercentOfOnDemand, percent=st.floats(0, 300)),
    st.builds(PercentAboveCurrent, percent=st.floats(0, 300)),
)
policies = st.builds(SpotPolicy, max_types=st.integers(1, 15), core_share=st.floats(0.1, 1), bid=rules)


def planned(need: ClusterNeed, book: PriceBook, policy: SpotPolicy, losses: Losses | None = None) -> FleetPlan:
    try:
        return plan_fleets(need, book, losses, policy)
    except PlanImpossible:
        assume(False)
        raise


@settings(max_examples=150, deadline=None)
@given(needs, books(), policies)
def test_a_plan_covers_the_need_with_types_that_can_serve(
    need: ClusterNeed, book: PriceBook, policy: SpotPolicy
) -> None:
    plan = planned(need, book, policy)
    assert plan.cores == need.cores
    for fleet in plan.fleets:
        assert 1 <= len(fleet.types) <= policy.max_types or fleet.role == "primary"
        assert fleet.capacity > 0
        assert len({each.name for each in fleet.types}) == len(fleet.types)
        for each in fleet.types:
            offered = book.instance_type(each.name)
            assert each.bid is None or 0 <= each.bid <= each.on_demand
            assert each.spot is None or each.bid is None or each.spot <= each.bid
            if fleet.role == "primary":
                assert offered.memory_gib >= need.primary_memory_gib
            else:
                assert each.weight * need.memory_gib_per_core <= yarn_memory(offered)
                assert 1 <= each.weight <= offered.vcpus
    assert plan.primary.spot == 0


@settings(max_examples=60, deadline=None)
@given(needs, books(), policies)
def test_the_core_fleet_is_on_demand_as_declared(need: ClusterNeed, book: PriceBook, policy: SpotPolicy) -> None:
    plan = planned(need, book, policy)
    share = {0: 0.25, 1: 0.5}.get(need.attempts_lost, 1.0)
    assert plan.core.on_demand >= plan.core.capacity * share
    assert plan.core.on_demand < plan.core.capacity * share + max(each.weight for each in plan.core.types)
    if share == 1:
        assert not any(fleet.spot for fleet in plan.fleets)
    else:
        assert plan.usd_per_hour() <= plan.on_demand_usd_per_hour() * (1 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(needs, books(), policies)
def test_the_same_question_has_the_same_answer(need: ClusterNeed, book: PriceBook, policy: SpotPolicy) -> None:
    reordered = book.model_copy(update={"offers": dict(reversed(book.offers.items()))})
    assert planned(need, book, policy) == planned(need, reordered, policy)


@settings(max_examples=60, deadline=None)
@given(books(), st.integers(1, 5), st.data())
def test_a_loss_never_makes_a_type_rank_better(book: PriceBook, losses: int, data: st.DataObject) -> None:
    need, policy = ClusterNeed(cores=32, memory_gib_per_core=2), SpotPolicy()
    fitting = fitting_types(need, book)
    assume(fitting)
    zone, name = data.draw(st.sampled_from(ZONES)), data.draw(st.sampled_from(sorted(fitting)))
    uses = [PoolUse(name, zone, NOW - timedelta(days=i), 1.0, True) for i in range(losses + 1)]
    before, after = (
        rank(fitting, zone, book, Losses(uses[:count]), policy, NOW).candidates for count in (losses, losses + 1)
    )
    assume(name in {each.type.name for each in before})
    scores = {each.type.name: each.score for each in before}
    worse = {each.type.name: each.score for each in after}
    assert worse.pop(name) > scores.pop(name)
    assert worse == scores
    places = [[each.type.name for each in ranked].index(name) for ranked in (before, after)]
    assert places[0] <= places[1]


@given(rules, st.floats(0.001, 10), st.floats(0.001, 10))
def test_a_bid_is_at_least_nothing_and_at_most_the_on_demand_price(rule, on_demand: float, current: float) -> None:
    assert 0 <= bid(rule, on_demand, current) <= on_demand


@given(st.floats(0.1, 64), st.floats(0.1, 64))
def test_more_memory_per_core_never_gives_more_cores(first: float, second: float) -> None:
    from price_books import make_type

    small, large = sorted((first, second))
    kind = make_type("m5.4xlarge")
    assert usable_cores(kind, large) <= usable_cores(kind, small) <= kind.vcpus
