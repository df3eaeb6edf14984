"""What can no longer be noted when a job has ended changes nothing about how it ended."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from platform_assets.compute.emr.client import Client
from platform_assets.compute.emr.conclusion import Watched, concluded
from platform_assets.compute.emr.failures import Failure
from platform_assets.compute.emr.identity import Attempt, Identity
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.planning import plan_attempt
from platform_assets.compute.emr.reporting import LogReporting
from platform_assets.compute.emr.retry import Escalation
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.emr.view import ClusterView, StepView
from platform_assets.compute.job import JobResult, StagedFiles
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.spot.losses import Losses

SETTINGS = EmrSettings(region="us-east-1", staging="s3://bucket/staging")
ATTEMPT = Attempt(Identity("local", "run-1", "flights"), "abcd", "ef01", 1)
CLEAN = ClusterView("TERMINATED", "ALL_STEPS_COMPLETED", steps=(StepView("s-1", "COMPLETED"),))
WATCH = SimpleNamespace(cluster_id="j-1", overdue=None, seconds={"step": 60.0})
MACHINE = {
    "Ec2InstanceId": "i-1",
    "InstanceType": "m5.xlarge",
    "InstanceFleetId": "f-1",
    "Market": "SPOT",
    "Status": {"Timeline": {"CreationDateTime": datetime(2026, 1, 1, tzinfo=UTC)}},
}


class Refusing:
    """AWS that refuses every call but the ones named."""

    def __init__(self, *answered):
        self.answered = answered
        exceptions = SimpleNamespace(ClientError=ClientError)
        self.s3 = SimpleNamespace(put_object=self._refuse, get_object=self._refuse, exceptions=exceptions)

    def ask(self, operation, **_):
        if operation not in self.answered:
            self._refuse()
        return {"Instances": [MACHINE]}

    def _refuse(self, **_):
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "no"}}, "Any")


def conclude(watched, *answered, report=None):
    def broken(run):
        raise RuntimeError("the lake is out of reach")

    client = Client(SETTINGS, Refusing(*answered), LogReporting(), broken)
    plan = plan_attempt(SETTINGS, bundled_prices(), Losses(), Escalation())
    return concluded(client, ATTEMPT, plan, datetime.now(UTC), report or Report("s3://bucket/messages"), watched)


def reported():
    report = Report("s3://bucket/messages")
    report.closed, report.result = True, JobResult(job="flights", engine="emr", staged=StagedFiles(files=[]), seconds=1)
    return report


@pytest.mark.parametrize("answered", [(), ("list_instances",)])
def test_a_job_that_succeeded_stays_so_when_nothing_can_be_noted(answered, caplog):
    run, result = conclude(Watched(WATCH, CLEAN), *answered, report=reported())

    assert (run.failure, run.instances) == (None, ())
    assert result is not None
    missing = [
        "the use of its machines" if answered else "the list of its machines",
        "its record s3://bucket/staging/runs/local/run-1/flights-abcd-ef01/1/cluster.json",
        "what follows from its record could not be noted and is missing (RuntimeError: the lake is out of reach)",
    ]
    assert all(f"Cluster j-1: {each}" in caplog.text for each in missing)


def test_a_cancellation_goes_on_when_nothing_can_be_noted():
    class Cancelled(BaseException):
        pass

    with pytest.raises(Cancelled):
        conclude(Watched(WATCH, failure=Failure("cancelled", "by hand"), interruption=Cancelled()))


def test_a_result_that_cannot_be_read_is_a_failure_of_that_call():
    report = Report("s3://bucket/messages")
    report.closed = True

    run, result = conclude(Watched(WATCH, CLEAN), report=report)

    assert (run.failure.kind, result) == ("permission", None)
