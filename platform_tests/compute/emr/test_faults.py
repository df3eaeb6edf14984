"""Whatever goes wrong with a cluster: a failure of the right kind, tried again only if that helps, and no cluster left.

No Spark runs behind most of these: the steps fail, hang, or never start.
"""

from __future__ import annotations

import threading
import time

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from local_emr.access import Refusal

from platform_assets.compute.emr import attempt
from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.errors import ClusterFailed
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.starting import SHOWS_UP_AFTER
from platform_assets.compute.job import Job, Output

pytestmark = pytest.mark.spark

SOON = 0.02


def job(name: str) -> Job:
    output = Output(location=f"s3://platform/staged/{name}", columns=[("number", "bigint")])
    return Job(name=name, function="emr_jobs:numbers", output=output)


def kinds(engine) -> list[str | None]:
    return [run.failure.kind if run.failure else None for run in engine.runs]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({"fault:no-capacity": "ON_DEMAND"}, ["capacity"] * 3),
        ({"fault:bootstrap": "fails"}, ["bootstrap"]),
        ({"fault:step": "fails"}, ["no_report"]),
        ({"fault:step": "fails", "fault:throttled": "0.3"}, ["no_report"]),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else None,
)
def test_a_fault_has_its_kind_and_its_attempts(deployment, spot_book, faults, expected):
    engine, heard = deployment.engine(spot_book), []
    with deployment.emr.injected(faults), pytest.raises(ClusterFailed) as failed:
        engine.run(job("faulty"), heard.append)
    assert kinds(engine) == expected
    assert [(each.kind, each.event_log.attempt) for each in heard] == [
        (kind, number) for number, kind in enumerate(expected, 1)
    ]
    assert engine.runs[-1].failure.remedy in str(failed.value)
    assert deployment.emr.running_clusters() == []


def test_what_the_credentials_may_not_do_is_told(deployment):
    engine = deployment.engine()
    denied = Refusal("elasticmapreduce", "AccessDeniedException", "not authorized", operations=("RunJobFlow",))
    with deployment.emr.refusing(denied), pytest.raises(ClusterFailed, match=r"infra/emr-policy\.json"):
        engine.run(job("denied"))
    assert kinds(engine) == ["permission"]
    assert denied.refused == 1


def test_a_bucket_that_is_not_there_is_told_before_a_cluster_starts(deployment):
    before = len(deployment.emr.clusters())
    engine = deployment.engine(staging="s3://nowhere-at-all/staging")
    with pytest.raises(ClusterFailed, match="NoSuchBucket"):
        engine.run(job("homeless"))
    assert kinds(engine) == ["permission"]
    assert len(deployment.emr.clusters()) == before


def test_each_loss_of_spot_buys_more_on_demand(deployment, spot_book):
    # Spot goes before the step, which fails; the last attempt is on demand alone and fails for another reason.
    engine = deployment.engine(spot_book, need={"cores": 32, "memory_gib_per_core": 3})
    faults = {"fault:spot-loss": "before-step", "fault:step": "fails"}
    with deployment.emr.injected(faults), pytest.raises(ClusterFailed):
        engine.run(job("lossy"))
    assert kinds(engine) == ["spot_loss", "spot_loss", "no_report"]
    markets = [{use.market for use in run.instances if use.role == "core"} for run in engine.runs]
    assert markets == [{"ON_DEMAND", "SPOT"}, {"ON_DEMAND", "SPOT"}, {"ON_DEMAND"}]
    assert [bool(run.reclaimed) for run in engine.runs] == [True, True, False]


def test_spot_that_goes_during_the_step_is_a_loss(deployment, spot_book):
    engine = deployment.engine(spot_book, max_attempts=1)
    with deployment.emr.injected({"fault:spot-loss": "during-step"}), pytest.raises(ClusterFailed):
        engine.run(job("interrupted"))
    assert kinds(engine) == ["spot_loss"]
    assert engine.runs[0].reclaimed


@pytest.mark.parametrize(("fault", "phase"), [("fault:slow-start", "provisioning"), ("fault:step", "step")])
def test_a_phase_that_takes_too_long_is_ended(deployment, fault, phase):
    engine = deployment.engine(timeouts={phase: SOON}, max_attempts=1)
    with deployment.emr.injected({fault: {"step": "hangs"}.get(phase, "60")}), pytest.raises(ClusterFailed):
        engine.run(job("slow"))
    assert kinds(engine) == ["timeout" if phase == "step" else "capacity"]
    assert f"'{phase}' took longer" in engine.runs[0].failure.message
    assert deployment.emr.running_clusters() == []


def test_a_step_that_may_fail_without_ending_the_cluster_is_a_failure_all_the_same(deployment, monkeypatch):
    asked = attempt.run_job_flow

    def lenient(*arguments):
        request = asked(*arguments)
        request["Steps"][0]["ActionOnFailure"] = "CONTINUE"
        return request

    monkeypatch.setattr(attempt, "run_job_flow", lenient)
    engine = deployment.engine()
    with deployment.emr.injected({"fault:step": "fails"}), pytest.raises(ClusterFailed):
        engine.run(job("lenient"))
    (cluster,) = [each for each in deployment.emr.clusters() if each.id == engine.runs[0].cluster_id]
    assert deployment.emr.states(cluster.id)[-1] == "TERMINATED"
    assert kinds(engine) == ["no_report"]


def test_credentials_that_run_out_are_named_with_the_cluster_that_is_left(deployment, caplog):
    engine = deployment.engine(timeouts={"termination": 0.2})
    with deployment.emr.injected({"fault:step": "hangs", "fault:expired": "6"}), pytest.raises(ClusterFailed) as failed:
        engine.run(job("expired"))
    assert kinds(engine) == ["permission"]
    assert "Renew the credentials" in str(failed.value)
    assert "platform emr reap" in caplog.text
    # Nobody could end it; the operator does.
    deployment.emr.client("emr", "another").terminate_job_flows(JobFlowIds=[engine.runs[0].cluster_id])
    _wait_for_the_end(deployment)


def test_credentials_that_run_out_for_s3_alone_end_the_cluster(deployment, monkeypatch):
    expired = ClientError({"Error": {"Code": "ExpiredToken", "Message": "has expired"}}, "GetObject")
    news, looks = Report.news, iter(range(3))

    def unreadable(self, s3):
        if next(looks, None) is None:
            raise expired
        yield from news(self, s3)

    monkeypatch.setattr(Report, "news", unreadable)
    engine = deployment.engine()
    with deployment.emr.injected({"fault:step": "hangs"}), pytest.raises(ClusterFailed, match="Renew the credentials"):
        engine.run(job("unreadable"))
    assert kinds(engine) == ["permission"]
    _wait_for_the_end(deployment)


def test_a_cluster_whose_start_was_not_answered_is_found_again(deployment, monkeypatch):
    waits: list[float] = []
    engine = deployment.engine(sleep=_shortened(waits), max_attempts=1)
    ask, lost = Aws.ask, []

    def unanswered(self, operation, **arguments):
        answer = ask(self, operation, **arguments)
        if operation == "run_job_flow" and not lost:
            lost.append(answer["JobFlowId"])
            raise ReadTimeoutError(endpoint_url="nowhere")
        return answer

    monkeypatch.setattr(Aws, "ask", unanswered)
    before = len(deployment.emr.clusters())
    with deployment.emr.injected({"fault:step": "fails"}), pytest.raises(ClusterFailed):
        engine.run(job("unanswered"))
    assert waits[0] == SHOWS_UP_AFTER
    assert [run.cluster_id for run in engine.runs] == lost
    assert len(deployment.emr.clusters()) == before + 1


def test_an_interrupted_watch_ends_its_cluster(deployment):
    class Cancelled(BaseException):
        pass

    looks = iter(range(5))

    def until_cancelled(seconds: float) -> None:
        time.sleep(seconds)
        if next(looks, None) is None:
            raise Cancelled

    engine, heard = deployment.engine(sleep=until_cancelled), []
    with deployment.emr.injected({"fault:step": "hangs"}), pytest.raises(Cancelled):
        engine.run(job("cancelled"), heard.append)
    # What it cost until then is known, and what it did can be.
    assert kinds(engine) == [each.kind for each in heard] == ["cancelled"]
    assert engine.runs[0].instances
    _wait_for_the_end(deployment)


def test_two_runs_at_once_have_a_cluster_each(deployment):
    engines = [deployment.engine(), deployment.engine()]
    names = ["first", "second"]

    def run(engine, name):
        with pytest.raises(ClusterFailed):
            engine.run(job(name))

    with deployment.emr.injected({"fault:step": "fails"}):
        threads = [threading.Thread(target=run, args=pair) for pair in zip(engines, names, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len({engine.runs[0].cluster_id for engine in engines}) == 2
    assert [engine.runs[0].name.split()[1] for engine in engines] == names


def test_two_runs_of_the_same_job_share_neither_a_cluster_nor_its_messages(deployment):
    engine = deployment.engine()
    for _ in range(2):
        with deployment.emr.injected({"fault:bootstrap": "fails"}), pytest.raises(ClusterFailed):
            engine.run(job("again"))
    first, second = engine.runs
    assert first.name != second.name
    assert first.event_log_uri != second.event_log_uri


def _shortened(waits):
    def sleep(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(min(seconds, 0.1))

    return sleep


def _wait_for_the_end(deployment) -> None:
    for _ in range(100):
        if not deployment.emr.running_clusters():
            return
        time.sleep(0.1)
    raise AssertionError(deployment.emr.running_clusters())
