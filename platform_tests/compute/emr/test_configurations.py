from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from local_emr.spot_market import Offer

from platform_assets.compute.emr.configurations import configurations, executor_cores, merged
from platform_assets.compute.emr.current_prices import current_prices
from platform_assets.compute.emr.errors import EmrSettingsWrong
from platform_assets.compute.emr.identity import Attempt, Identity
from platform_assets.compute.emr.packages import Packages
from platform_assets.compute.emr.planning import asked_types, plan_attempt
from platform_assets.compute.emr.request import run_job_flow
from platform_assets.compute.emr.retry import Escalation
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.prices.book import SpotPrice
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.spot.losses import Losses
from platform_assets.compute.spot.need import ClusterNeed

PACKAGES = Packages("s3://b/c.zip", "s3://b/d.py", "s3://b/b.sh", "s3://b/e.tar.gz")
SETTINGS = EmrSettings(region="us-east-1", staging="s3://bucket/staging", tags={"team": "data"})
ATTEMPT = Attempt(Identity("local", "run-1", "flights", "2013-01", "flight_delay", "team:data"), "abcd", "ef01", 2)


@pytest.fixture(scope="module")
def book():
    book = bundled_prices()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    prices = {
        name: {zone: (SpotPrice(at, offer.on_demand * 0.4),) for zone in ("us-east-1a", "us-east-1b")}
        for name, offer in book.offers.items()
    }
    return book.model_copy(update={"spot_prices": prices})


def plan(book, taught=None, **changed):
    return plan_attempt(SETTINGS.model_copy(update=changed), book, Losses(), taught or Escalation())


def by_name(entries):
    return {entry["Classification"]: entry for entry in entries}


def test_a_request_is_one_cluster_with_one_step_that_ends_itself(book):
    request = run_job_flow(SETTINGS, ATTEMPT, plan(book), PACKAGES, ("--dagster-pipes-context", "x"))
    (step,) = request["Steps"]
    assert step["ActionOnFailure"] == "TERMINATE_CLUSTER"
    assert step["HadoopJarStep"]["Args"][:2] == ["spark-submit", "--deploy-mode"]
    assert request["Instances"]["KeepJobFlowAliveWhenNoSteps"] is False
    assert request["AutoTerminationPolicy"] == {"IdleTimeout": 900}
    assert {fleet["InstanceFleetType"] for fleet in request["Instances"]["InstanceFleets"]} == {
        "MASTER",
        "CORE",
        "TASK",
    }
    tags = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    assert tags["team"] == "data"
    assert {tags[f"platform:{name}"] for name in ("deployment", "run", "asset", "partition", "product", "owner")} == {
        *("local", "run-1", "flights", "2013-01", "flight_delay", "team:data")
    }
    assert request["Name"] == "local flights 2013-01 run-1 abcd 2"


def test_the_agent_is_installed_and_sends_three_metrics_of_whole_machines(book):
    request = run_job_flow(SETTINGS, ATTEMPT, plan(book), PACKAGES, ())
    assert [each["Name"] for each in request["Applications"]] == ["Spark", "AmazonCloudWatchAgent"]
    (system,) = by_name(request["Configurations"])["emr-metrics"]["Configurations"]
    sent = {name: each["Properties"] for name, each in by_name(system["Configurations"]).items()}
    assert {name: each["metrics"] for name, each in sent.items()} == {
        "cpu": "cpu_usage_active",
        "mem": "mem_used_percent",
        "disk": "disk_used_percent",
    }
    assert all(sent[name]["drop_original_metrics"] == sent[name]["metrics"] for name in ("cpu", "disk"))


def test_metrics_can_be_done_without(book):
    request = run_job_flow(SETTINGS.model_copy(update={"metrics": False}), ATTEMPT, plan(book), PACKAGES, ())
    assert [each["Name"] for each in request["Applications"]] == ["Spark"]
    assert "emr-metrics" not in by_name(request["Configurations"])


def test_a_cluster_goes_where_ec2_says_that_the_capacity_is(book, local_emr, monkeypatch):
    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in _zones(local_emr)}
    by_price = plan(book).zone
    other = next(zone for zone in book.zones() if zone != by_price)
    market = local_emr.market
    monkeypatch.setattr(market, "scores", {ids[other]: 9, ids[by_price]: 2})

    placed = plan_attempt(SETTINGS, book, Losses(), Escalation(), local_emr.client("ec2"))

    assert placed.zone == other


def test_without_scores_the_zone_is_chosen_by_price_and_the_plan_says_so(book):
    class Denied:
        def get_paginator(self, operation):
            raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, operation)

    placed = plan_attempt(SETTINGS, book, Losses(), Escalation(), Denied())

    assert placed.zone == plan(book).zone
    assert placed.reasons[-1].startswith("The zone was chosen by price alone. The spot placement scores could not be")


def test_a_cluster_starts_in_the_zone_of_its_plan_with_and_without_subnets(book):
    chosen = plan(book)
    bare = run_job_flow(SETTINGS, ATTEMPT, chosen, PACKAGES, ())["Instances"]
    assert bare["Placement"] == {"AvailabilityZones": [chosen.zone]}
    assert "Ec2SubnetIds" not in bare
    settings = SETTINGS.model_copy(update={"subnets": {"us-east-1a": "subnet-a", "us-east-1b": "subnet-b"}})
    placed = run_job_flow(settings, ATTEMPT, chosen, PACKAGES, ())["Instances"]
    assert placed["Ec2SubnetIds"] == [settings.subnets[chosen.zone]]
    assert "Placement" not in placed
    assert "Placement" not in run_job_flow(SETTINGS, ATTEMPT, plan(bundled_prices()), PACKAGES, ())["Instances"]


@pytest.fixture
def market(local_emr, monkeypatch):
    """EC2 that tells a spot price in two zones."""
    at = datetime.now(UTC) - timedelta(hours=1)
    offers = [Offer("m5.xlarge", zone, at, 0.06) for zone in ("us-east-1a", "us-east-1b")]
    monkeypatch.setattr(local_emr.market, "history", offers)
    return local_emr.client("ec2")


def test_only_zones_with_a_subnet_are_planned_for(market):
    settings = SETTINGS.model_copy(update={"subnets": {"us-east-1b": "subnet-b", "us-east-1f": "subnet-f"}})

    assert current_prices(SETTINGS, market).zones() == ("us-east-1a", "us-east-1b")
    assert current_prices(settings, market).zones() == ("us-east-1b",)


def test_spot_prices_in_none_of_the_declared_zones_are_refused(market):
    settings = SETTINGS.model_copy(update={"subnets": {"us-east-1f": "subnet-f"}})

    with pytest.raises(EmrSettingsWrong, match="prices in us-east-1a, us-east-1b, but none in us-east-1f"):
        current_prices(settings, market)


def _zones(local_emr):
    return local_emr.client("ec2").describe_availability_zones()["AvailabilityZones"]


def test_the_primary_node_is_on_demand_and_masters_stay_off_spot(book):
    settings_of = by_name(configurations(SETTINGS, plan(book), "s3://bucket/event-log"))
    assert settings_of["yarn-site"]["Properties"]["yarn.node-labels.am.default-node-label-expression"] == "ON_DEMAND"
    (primary,) = [fleet for fleet in plan(book).instance_fleets() if fleet["InstanceFleetType"] == "MASTER"]
    assert (primary["TargetOnDemandCapacity"], primary["TargetSpotCapacity"]) == (1, 0)


def test_declared_configurations_are_merged_and_win(book):
    declared = (
        {"Classification": "spark-env", "Configurations": [{"Classification": "export", "Properties": {"A": "1"}}]},
        {"Classification": "spark-defaults", "Properties": {"spark.eventLog.enabled": "false"}},
    )
    settings = SETTINGS.model_copy(update={"configurations": declared, "spark": {"spark.executor.cores": "2"}})
    entries = configurations(settings, plan(book), "s3://bucket/event-log")
    assert len(entries) == len(by_name(entries))
    exported = by_name(by_name(entries)["spark-env"]["Configurations"])["export"]["Properties"]
    assert exported["A"] == "1"
    assert exported["PYSPARK_PYTHON"] == "python3.11"
    defaults = by_name(entries)["spark-defaults"]["Properties"]
    assert (defaults["spark.eventLog.enabled"], defaults["spark.executor.cores"]) == ("false", "2")
    assert defaults["spark.eventLog.dir"] == "s3://bucket/event-log"


names = st.sampled_from(["a", "b", "c"])
entries = st.lists(
    st.fixed_dictionaries({"Classification": names, "Properties": st.dictionaries(names, names)}), max_size=6
)


@given(entries)
def test_merging_keeps_every_property_and_each_classification_once(declared):
    result = merged(declared)
    assert len({each["Classification"] for each in result}) == len(result)
    last = {(each["Classification"], key): value for each in declared for key, value in each["Properties"].items()}
    assert {
        (each["Classification"], key): value for each in result for key, value in each["Properties"].items()
    } == last
    assert merged(result) == result


def test_more_is_on_demand_after_each_loss(book):
    need = ClusterNeed(cores=32, memory_gib_per_core=3)
    plans = [plan(book, Escalation(losses=losses), need=need) for losses in range(4)]
    assert [(each.core.on_demand, each.core.capacity) for each in plans] == [(4, 16), (8, 16), (32, 32), (32, 32)]


@pytest.mark.parametrize("memory", [1, 1.5, 2, 3, 4, 6, 7])
def test_executors_have_several_cores_whatever_their_memory(book, memory):
    chosen = plan(book, need=ClusterNeed(cores=32, memory_gib_per_core=memory))
    assert executor_cores(chosen) in (2, 4)


def test_types_and_zones_that_could_not_be_had_are_left_out(book):
    first = plan(book)
    second = plan(book, Escalation(without=asked_types(first), without_zones=frozenset({str(first.zone)})))
    assert not asked_types(first) & asked_types(second)
    assert second.zone not in (None, first.zone)


def test_a_plan_stays_possible_when_everything_was_tried(book):
    everything = frozenset(book.offers)
    assert plan(book, Escalation(without=everything)).cores >= SETTINGS.need.cores


def test_without_spot_prices_everything_is_on_demand_and_says_so():
    chosen = plan(bundled_prices())
    assert chosen.core.spot == 0
    assert chosen.task is None
    assert "no spot prices" in chosen.reasons[0]
