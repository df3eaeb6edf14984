"""A job on a cluster from a notebook: the result, its log, and what is left on S3."""

from __future__ import annotations

import logging
from contextlib import ExitStack

import pytest

from platform_assets.compute.emr.engine import EmrEngine
from platform_assets.compute.emr.request import Places
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.compute.job import Job, Output
from platform_assets.compute.utilisation import read_machine_metrics
from platform_assets.lake.store import Store

pytestmark = pytest.mark.spark


def test_a_job_gets_through_a_loss_of_spot_and_throttled_calls_and_leaves_its_traces(
    deployment, spot_book, keys, caplog
):
    job = Job(
        name="count",
        function="emr_jobs:numbers",
        output=Output(location="s3://platform/staged/count", columns=[("number", "bigint")]),
    )
    with ExitStack() as first_attempt, caplog.at_level(logging.INFO, logger="platform_assets"):
        engine = deployment.engine(spot_book, ended=lambda _: first_attempt.close())
        with deployment.emr.injected({"fault:throttled": "0.2", "fault:s3-slow-down": "0.03"}):
            first_attempt.enter_context(deployment.emr.injected({"fault:spot-loss": "during-step"}))
            result = engine.run(job)
    assert result.engine == "emr"
    # What the lost attempt may have left is not among it.
    assert [file.split("/part-")[0] for file in result.staged.files] == ["s3://platform/staged/count/attempt-2"]
    assert "counting to a hundred" in caplog.text
    lost, run = engine.runs
    assert (lost.failure.kind, run.failure) == ("spot_loss", None)
    assert set(run.seconds) >= {"provisioning", "step", "termination"}
    assert {use.role for use in run.instances} == {"primary", "core", "task"}
    root = Places.of_logs(run.log_uri.removesuffix(f"{run.cluster_id}/")).root.removeprefix("s3://platform/")
    left = keys(root)
    assert f"{root}/cluster.json" in left
    assert f"{root}/result.json" in left
    assert any(key.startswith(f"{root}/event-log/eventlog_v2_") and "/events_1_" in key for key in left)
    assert any(key.startswith(f"{root}/logs/{run.cluster_id}/steps/") and key.endswith("/stderr.gz") for key in left)
    # Machines of the lost attempt were paid for too.
    for each in (lost, run):
        measured = read_machine_metrics(each.metrics_uri, Store(each.metrics_uri, deployment.access))
        assert {machine.instance_id for machine in measured.machines} == {use.instance_id for use in each.instances}
        # One that spot took away at once did not come to report.
        stayed = [machine for machine in measured.machines if machine.instance_id not in each.reclaimed]
        assert all(machine.cpu and machine.memory and machine.disk for machine in stayed)
        assert 0 < measured.cpu_share <= 1
    assert deployment.emr.running_clusters() == []


def test_there_is_no_session_of_a_cluster_here(deployment):
    engine: EmrEngine = deployment.engine()
    assert engine.is_remote
    with pytest.raises(EngineUnavailable, match="its Spark runs on another machine"):
        _ = engine.session
