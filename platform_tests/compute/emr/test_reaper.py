"""Clusters that lost their watcher are ended; those of others and those that are watched stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.reaper import orphans, reap, running

pytestmark = pytest.mark.spark

WORKER = """
import signal, sys
# A shell makes what it starts in the background deaf to it, and all that comes of that.
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from platform_assets.compute.emr.engine import EmrEngine
from platform_assets.compute.emr.settings import load_emr_settings
from platform_assets.compute.job import Job, Output
from platform_assets.compute.prices.bundled import bundled_prices

settings = load_emr_settings(Path(sys.argv[1]))
engine = EmrEngine(settings, sys.argv[2], bundled_prices)
engine.run(Job(name="killed", function="emr_jobs:numbers", output=Output(location="s3://platform/x", columns=[])))
"""


def start_worker(deployment, of: str) -> subprocess.Popen[bytes]:
    """A process that watches a cluster of a deployment whose step hangs."""
    before = len(deployment.emr.clusters())
    environment = {**os.environ, **deployment.environment}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(deployment.file), of], env=environment)
    until(lambda: any(each.state == "RUNNING" for each in deployment.emr.clusters()[before:]))
    return worker


def until(condition) -> None:
    for _ in range(1800):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that in three minutes")


def unknown(run_id: str):
    return "unknown"


def test_the_cluster_of_a_killed_worker_is_ended_and_no_other(deployment):
    settings = deployment.settings.model_copy(update={"silent_minutes": 0.05})
    aws = Aws(settings.region)
    with deployment.emr.injected({"fault:step": "hangs"}):
        killed, other = start_worker(deployment, "ours"), start_worker(deployment, "theirs")
    try:
        assert list(orphans(running(aws, deployment.settings, "ours"), unknown)) == []
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
        (left,) = running(aws, settings, "ours")
        until(lambda: list(orphans(running(aws, settings, "ours"), unknown)))
        assert [each.id for each in reap(aws, settings, "ours", unknown)] == [left.id]
        until(lambda: list(running(aws, settings, "ours")) == [])
        assert len(list(running(aws, settings, "theirs"))) == 1
    finally:
        other.send_signal(signal.SIGINT)
        assert other.wait(60) != 0
    # A cancelled worker ends its own.
    until(lambda: deployment.emr.running_clusters() == [])


def test_the_cluster_of_an_ended_run_is_an_orphan_at_once(deployment):
    from platform_assets.compute.emr.reaper import RunningCluster

    def cluster(run_id, state="RUNNING", silent=False):
        return RunningCluster("j-1", "ours x", state, run_id, "x", started=None, silent=silent)

    lives = {"ended": "ended", "alive": "alive"}

    def found(*clusters):
        return [each.run_id for each in orphans(iter(clusters), lambda run: lives.get(run, "unknown"))]

    assert found(cluster("ended"), cluster("alive"), cluster("other"), cluster("interactive")) == ["ended"]
    assert found(cluster("ended", "TERMINATING")) == []
    assert found(cluster("alive", silent=True), cluster("interactive", silent=True)) == ["alive", "interactive"]


def test_what_aws_refuses_for_one_cluster_does_not_keep_the_others(declared_clusters, caplog):
    from datetime import UTC, datetime

    from botocore.exceptions import ClientError

    class Refusing:
        """EMR's answers for three silent clusters, of which it describes two and ends one."""

        s3 = declared_clusters.s3

        def ask(self, operation, **arguments):
            named = arguments.get("ClusterId") or "".join(arguments.get("JobFlowIds", []))
            if (operation, named) in (("describe_cluster", "j-1"), ("terminate_job_flows", "j-2")):
                raise ClientError({"Error": {"Code": "InternalServerException", "Message": "no"}}, operation)
            status = {"State": "RUNNING", "Timeline": {"CreationDateTime": datetime(2026, 1, 1, tzinfo=UTC)}}
            names = [{"Id": f"j-{number}", "Name": "ours x", "Status": status} for number in (1, 2, 3)]
            tags = [{"Key": "platform:deployment", "Value": "ours"}]
            return {"Clusters": names, "Cluster": {"Tags": tags, "LogUri": f"s3://platform/{named}/logs/"}}

    assert [each.id for each in reap(Refusing(), declared_clusters.settings, "ours", unknown)] == ["j-3"]
    assert "Cluster j-1 could not be looked at" in caplog.text
    assert "Cluster j-2 could not be ended" in caplog.text
