"""Clusters on a local EMR are billed: by the step for which they ran, or the day after if nobody did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from emr_requests import start, step, wait
from local_emr.spot_market import Offer

from platform_assets.compute.cost.meter import metered
from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.instances import instances, uses
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.lake import Lake
from platform_assets.pipeline.costs.clusters import bill_attempt, forgotten_clusters
from platform_assets.pipeline.costs.fold import add_costs

if TYPE_CHECKING:
    from local_emr import LocalEmr

pytestmark = [pytest.mark.spark, pytest.mark.slow]

MINE = {
    "platform:deployment": "billing",
    "platform:run": "run-7",
    "platform:asset": "flights",
    "platform:product": "flight_delay",
    "platform:owner": "team:flight-operations",
    "platform:partition": "2013-02",
}


@pytest.fixture
def settings(local_emr: LocalEmr, monkeypatch: pytest.MonkeyPatch) -> EmrSettings:
    for name, value in local_emr.environment().items():
        monkeypatch.setenv(name, value)
    # In force since yesterday, in whatever zone the cluster gets.
    yesterday = datetime.now(UTC) - timedelta(days=1)
    offers = [Offer(name, zone, yesterday, 0.07) for name in ("m5.xlarge", "r5.xlarge") for zone in local_emr.zones]
    monkeypatch.setattr(local_emr.market, "history", offers)
    return EmrSettings(region=local_emr.region, staging="s3://staging/x", environment="preinstalled")


def ended(emr: LocalEmr, name: str, tags: dict[str, str]) -> str:
    cluster = start(emr, step("true"), Name=name, tags=tags)
    wait(emr, cluster)
    return cluster


def test_a_cluster_that_nobody_billed_is_found_by_its_tags_and_billed_once(
    local_emr: LocalEmr, settings: EmrSettings, tmp_path: Path
) -> None:
    lake, aws = Lake(tmp_path), Aws(settings.region)
    mine = ended(local_emr, "billing flights 2013-02 run-7", MINE)
    ended(local_emr, "staging flights 2013-02 run-8", {**MINE, "platform:deployment": "staging"})
    ended(local_emr, "billing but not of the platform", {})

    def look(hours: float) -> list:
        now = datetime.now(UTC) + timedelta(hours=hours)
        return list(forgotten_clusters(lake, aws, settings, "billing", now, "daily"))

    # Whoever ran it may still be about to write its record.
    assert look(hours=0.5) == []
    [record] = look(hours=2)
    add_costs(lake, [record], "daily")

    assert (record.record_id, record.run_id) == (f"cluster/{mine}", "run-7")
    [share] = record.shares
    assert share.to.model_dump(exclude_none=True) == {
        "asset": "flights",
        "product": "flight_delay",
        "owner": "team:flight-operations",
        "partition": "2013-02",
    }
    kinds = {charge.kind for charge in record.charges}
    assert kinds == {"instance", "emr", "ebs"}
    assert all(charge.usd > 0 for charge in record.charges)
    assert {charge.detail.split()[0] for charge in record.charges} == {"SPOT", "ON_DEMAND"}
    assert look(hours=2) == []


def test_an_attempt_is_billed_to_the_step_for_which_it_ran(local_emr: LocalEmr, settings: EmrSettings) -> None:
    aws, cluster = Aws(settings.region), ended(local_emr, "local flights", MINE)
    zone = aws.ask("describe_cluster", ClusterId=cluster)["Cluster"]["Ec2InstanceAttributes"]["Ec2AvailabilityZone"]
    machines = uses(aws, cluster, instances(aws, cluster), zone, settings.disk_gib)
    now = datetime.now(UTC)
    run = ClusterRun(cluster, "local flights", 1, settings.region, zone, now, now, {}, machines, "", "", {})

    with metered() as meter:
        bill_attempt(settings, run)

    [(use, charges)] = meter.clusters
    assert use.cluster_id == cluster
    [spot] = [charge for charge in charges if charge.kind == "instance" and charge.detail.startswith("SPOT")]
    # Two machines for less than a minute.
    assert (spot.quantity, spot.usd) == (120, round(Decimal("0.07") * 120 / 3600, 9))
