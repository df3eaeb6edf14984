"""What a run in Dagster sees of its cluster, and what becomes of the cluster when the run is cancelled."""

import os
import signal
import threading
import time

import dagster as dg
import pytest

from platform_assets.compute.emr.engine import EmrEngine
from platform_assets.compute.emr.errors import ClusterFailed
from platform_assets.compute.emr.pipes import DagsterReporting
from platform_assets.compute.job import Job, Output
from platform_assets.compute.prices.bundled import bundled_prices

pytestmark = pytest.mark.spark

MONTHS = dg.MonthlyPartitionsDefinition("2013-01", fmt="%Y-%m")
JOB = Job(name="count", function="emr_jobs:numbers", output=Output(location="s3://platform/pipes", columns=[]))


def asset_on(deployment) -> dg.AssetsDefinition:
    @dg.asset(partitions_def=MONTHS, group_name="shop", owners=["team:sales"])
    def counted(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        EmrEngine(deployment.settings, "local", bundled_prices, DagsterReporting(context)).run(JOB)
        return dg.MaterializeResult()

    return counted


def test_a_failed_attempt_is_seen_on_its_asset_and_its_cluster_says_whose_it_is(deployment):
    with deployment.emr.injected({"fault:step": "fails"}), dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([asset_on(deployment)], partition_key="2013-02", instance=instance, raise_on_error=False)
        (record,) = instance.fetch_observations(dg.AssetKey("counted"), limit=2).records
    assert not done.success
    seen = record.asset_observation
    assert seen.partition == "2013-02"
    assert seen.metadata["failure"].value.startswith("no_report: ")
    cluster = deployment.emr.clusters()[-1]
    tags = {tag["Key"]: tag["Value"] for tag in cluster.request["Tags"]}
    assert tags == {
        "platform:deployment": "local",
        "platform:run": done.run_id,
        "platform:asset": "counted",
        "platform:partition": "2013-02",
        "platform:product": "shop",
        "platform:owner": "team:sales",
        "platform:attempt": "1",
    }


def test_a_cancelled_run_ends_its_cluster(deployment):
    before = len(deployment.emr.clusters())

    def cancel() -> None:
        while not any(each.state == "RUNNING" for each in deployment.emr.clusters()[before:]):
            time.sleep(0.1)
        # As Dagster's launcher does when somebody cancels a run in the UI.
        os.kill(os.getpid(), signal.SIGINT)

    canceller = threading.Thread(target=cancel)
    with deployment.emr.injected({"fault:step": "hangs"}), dg.DagsterInstance.ephemeral() as instance:
        canceller.start()
        with pytest.raises((dg.DagsterExecutionInterruptedError, KeyboardInterrupt)):
            dg.materialize([asset_on(deployment)], partition_key="2013-02", instance=instance)
        canceller.join()
        (run,) = instance.get_runs()
        assert run.status in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE)
    for _ in range(100):
        if not deployment.emr.running_clusters():
            break
        time.sleep(0.1)
    assert deployment.emr.running_clusters() == []


def test_cluster_failed_is_told_with_cluster_and_logs(deployment):
    engine = deployment.engine()
    with deployment.emr.injected({"fault:bootstrap": "fails"}), pytest.raises(ClusterFailed) as failed:
        engine.run(JOB)
    assert engine.runs[0].cluster_id in str(failed.value)
    assert engine.runs[0].log_uri in str(failed.value)
