"""A job on a cluster from a notebook: the result, its log, and what is left on S3."""

from __future__ import annotations

import logging

import pytest

from platform_assets.compute.emr.engine import EmrEngine
from platform_assets.compute.emr.request import Places
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.compute.job import Job, Output

pytestmark = pytest.mark.spark


def test_a_job_runs_through_throttled_calls_and_leaves_its_traces(deployment, keys, caplog):
    job = Job(
        name="count",
        function="emr_jobs:numbers",
        output=Output(location="s3://platform/staged/count", columns=[("number", "bigint")]),
    )
    engine = deployment.engine()
    faults = {"fault:throttled": "0.2", "fault:s3-slow-down": "0.03"}
    with deployment.emr.injected(faults), caplog.at_level(logging.INFO, logger="platform_assets"):
        result = engine.run(job)
    assert result.engine == "emr"
    assert [file.split("/part-")[0] for file in result.staged.files] == ["s3://platform/staged/count"]
    assert "counting to a hundred" in caplog.text
    (run,) = engine.runs
    assert run.failure is None
    assert set(run.seconds) >= {"provisioning", "step", "termination"}
    assert {use.role for use in run.instances} == {"primary", "core"}
    root = Places.of_logs(run.log_uri.removesuffix(f"{run.cluster_id}/")).root.removeprefix("s3://platform/")
    left = keys(root)
    assert f"{root}/cluster.json" in left
    assert f"{root}/result.json" in left
    assert any(key.startswith(f"{root}/event-log/eventlog_v2_") and "/events_1_" in key for key in left)
    assert any(key.startswith(f"{root}/logs/{run.cluster_id}/steps/") and key.endswith("/stderr.gz") for key in left)
    assert deployment.emr.running_clusters() == []


def test_there_is_no_session_of_a_cluster_here(deployment):
    engine: EmrEngine = deployment.engine()
    assert engine.is_remote
    with pytest.raises(EngineUnavailable, match="its Spark runs on another machine"):
        _ = engine.session
