"""What the local EMR does wrong on demand, each fault seen through boto3."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from emr_requests import fleet, request, start, step, step_states, wait
from local_emr.access import SLOW_DOWN, Refusal

if TYPE_CHECKING:
    from local_emr import LocalEmr

SLEEPS = step("bash", "-c", "echo started; sleep 600")
QUICK = step("true")
PATIENT = {"SpotSpecification": {"TimeoutDurationMinutes": 5, "TimeoutAction": "SWITCH_TO_ON_DEMAND"}}
IMPATIENT = {"SpotSpecification": {"TimeoutDurationMinutes": 5, "TimeoutAction": "TERMINATE_CLUSTER"}}
MIXED = (fleet("MASTER", 1), fleet("CORE", on_demand=1, spot=2))

PUTS_ONCE = """
import boto3
from botocore.config import Config
once = Config(retries={"total_max_attempts": 1})
boto3.client("s3", config=once).put_object(Bucket="slowed", Key="of-the-cluster", Body=b"x")
"""


@pytest.fixture(autouse=True)
def _nothing_left(local_emr: LocalEmr) -> Iterator[None]:
    yield
    assert local_emr.running_clusters() == []


def _markets(emr: LocalEmr, cluster: str, role: str) -> list[tuple[str, str]]:
    found = emr.client("emr").list_instances(ClusterId=cluster, InstanceFleetType=role)["Instances"]
    return [(instance["Market"], instance["Status"]["StateChangeReason"]["Code"]) for instance in found]


def test_spot_loss_before_the_step(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, QUICK, tags={"fault:spot-loss": "before-step"})

    status = wait(local_emr, cluster)

    assert status["State"] == "TERMINATED_WITH_ERRORS"
    assert status["StateChangeReason"]["Code"] == "INSTANCE_FAILURE"
    assert step_states(local_emr, cluster) == ["CANCELLED"]
    assert _markets(local_emr, cluster, "CORE") == [("SPOT", "INSTANCE_FAILURE")] * 2
    assert _markets(local_emr, cluster, "MASTER") == [("ON_DEMAND", "CLUSTER_TERMINATED")]


def test_spot_loss_before_the_step_is_survived_on_demand(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, QUICK, fleets=MIXED, tags={"fault:spot-loss": "before-step"})

    assert wait(local_emr, cluster)["State"] == "TERMINATED"
    assert step_states(local_emr, cluster) == ["COMPLETED"]


@pytest.mark.parametrize(
    ("core", "code"),
    [(fleet("CORE", spot=2), "INSTANCE_FAILURE"), (fleet("CORE", on_demand=1, spot=2), "STEP_FAILURE")],
)
def test_spot_loss_during_the_step_comes_with_notice(local_emr: LocalEmr, core: dict[str, object], code: str) -> None:
    tags = {"fault:spot-loss": "during-step", "fault:after-output": "started"}
    cluster = start(local_emr, SLEEPS, fleets=[fleet("MASTER", 1), core], tags=tags)

    status = wait(local_emr, cluster)

    assert (status["State"], status["StateChangeReason"]["Code"]) == ("TERMINATED_WITH_ERRORS", code)
    (found,) = local_emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    assert found["Status"]["State"] == "FAILED"
    assert "lost" in found["Status"]["FailureDetails"]["Message"]
    times = found["Status"]["Timeline"]
    assert (times["EndDateTime"] - times["StartDateTime"]).total_seconds() > 2 * local_emr.minute
    assert ("SPOT", "INSTANCE_FAILURE") in _markets(local_emr, cluster, "CORE")


def test_a_step_that_ends_within_the_notice_succeeds(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, QUICK, tags={"fault:spot-loss": "during-step"})

    assert wait(local_emr, cluster)["State"] == "TERMINATED"
    assert step_states(local_emr, cluster) == ["COMPLETED"]


def test_spot_capacity_that_never_arrives_ends_the_cluster(local_emr: LocalEmr) -> None:
    fleets = [fleet("MASTER", 1), fleet("CORE", spot=2, LaunchSpecifications=IMPATIENT)]
    cluster = start(local_emr, QUICK, fleets=fleets, tags={"fault:no-capacity": "SPOT"})

    status = wait(local_emr, cluster)

    assert status["State"] == "TERMINATED_WITH_ERRORS"
    assert status["StateChangeReason"]["Code"] == "INSTANCE_FLEET_TIMEOUT"
    assert local_emr.states(cluster)[:2] == ["STARTING", "TERMINATING"]
    assert _markets(local_emr, cluster, "CORE") == []


def test_spot_capacity_that_never_arrives_is_had_on_demand(local_emr: LocalEmr) -> None:
    fleets = [fleet("MASTER", 1), fleet("CORE", spot=2, LaunchSpecifications=PATIENT)]
    cluster = start(local_emr, QUICK, fleets=fleets, tags={"fault:no-capacity": "SPOT"})

    assert wait(local_emr, cluster)["State"] == "TERMINATED"
    assert [market for market, _ in _markets(local_emr, cluster, "CORE")] == ["ON_DEMAND"] * 2


def test_a_type_without_capacity_is_replaced_by_another(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, QUICK, tags={"fault:no-capacity": "m5.xlarge"})

    wait(local_emr, cluster)

    found = local_emr.client("emr").list_instances(ClusterId=cluster)["Instances"]
    assert {instance["InstanceType"] for instance in found} == {"r5.xlarge"}


def test_no_capacity_on_demand_is_an_internal_error(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, QUICK, tags={"fault:no-capacity": "ON_DEMAND"})

    status = wait(local_emr, cluster)

    assert status["StateChangeReason"]["Code"] == "INTERNAL_ERROR"
    (detail,) = status["ErrorDetails"]
    assert detail["ErrorCode"] == "INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ"


def test_bootstrap_failure(local_emr: LocalEmr) -> None:
    failing = start(local_emr, QUICK, tags={"fault:bootstrap": "fails"})
    script = {"Name": "setup", "ScriptBootstrapAction": {"Path": "s3://no-such-bucket/setup.sh"}}
    without_script = start(local_emr, QUICK, BootstrapActions=[script])

    for cluster, code in (
        (failing, "BOOTSTRAP_FAILURE_PRIMARY_WITH_NON_ZERO_CODE"),
        (without_script, "BOOTSTRAP_FAILURE_BA_DOWNLOAD_FAILED_PRIMARY"),
    ):
        status = wait(local_emr, cluster)
        assert status["State"] == "TERMINATED_WITH_ERRORS"
        assert status["StateChangeReason"]["Code"] == "BOOTSTRAP_FAILURE"
        assert status["ErrorDetails"][0]["ErrorCode"] == code
        assert step_states(local_emr, cluster) == ["CANCELLED"]


def test_a_step_made_to_fail_with_continue_leaves_a_green_cluster(local_emr: LocalEmr) -> None:
    """The trap of EMR: only the step tells."""
    cluster = start(local_emr, step("true", on_failure="CONTINUE"), tags={"fault:step": "fails"})

    status = wait(local_emr, cluster)

    assert (status["State"], status["StateChangeReason"]["Code"]) == ("TERMINATED", "ALL_STEPS_COMPLETED")
    assert step_states(local_emr, cluster) == ["FAILED"]


def test_a_hung_step_runs_until_it_is_cancelled(local_emr: LocalEmr) -> None:
    client = local_emr.client("emr")
    script = "echo started; sleep 0.5; echo never"
    tags = {"fault:step": "hangs", "fault:after-output": "started"}
    cluster = start(local_emr, step("bash", "-c", script, on_failure="CONTINUE"), tags=tags)
    wait(local_emr, cluster, "RUNNING")

    time.sleep(1.5)

    (found,) = client.list_steps(ClusterId=cluster)["Steps"]
    assert found["Status"]["State"] == "RUNNING"
    client.cancel_steps(ClusterId=cluster, StepIds=[found["Id"]])
    wait(local_emr, cluster)
    assert step_states(local_emr, cluster) == ["CANCELLED"]


def test_a_slow_start(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, tags={"fault:slow-start": "1"})

    times = wait(local_emr, cluster)["Timeline"]

    assert (times["EndDateTime"] - times["CreationDateTime"]).total_seconds() > 1


def test_throttled_calls(local_emr: LocalEmr) -> None:
    client = _impatient(local_emr, "throttled")
    cluster = _start_as(local_emr, "throttled", {"fault:throttled": "0.5"})

    refused = [_refused(client, cluster) for _ in range(10)]

    assert refused.count("ThrottlingException") == 5
    assert wait(local_emr, cluster, "WAITING")["State"] == "WAITING", "others are not throttled"
    local_emr.client("emr").terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)


def test_credentials_that_expire(local_emr: LocalEmr) -> None:
    client = _impatient(local_emr, "expiring")
    cluster = _start_as(local_emr, "expiring", {"fault:expired": "3"})

    refused = [_refused(client, cluster) for _ in range(5)]

    assert refused == ["", "", "", *["ExpiredTokenException"] * 2]
    assert _refused(_impatient(local_emr, "refreshed"), cluster) == ""
    local_emr.client("emr").terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)


def test_denied_operations(local_emr: LocalEmr) -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        _start_as(local_emr, "denied", {"fault:denied": "RunJobFlow"})
    cluster = _start_as(local_emr, "denied", {"fault:denied": "DescribeStep TerminateJobFlows"})

    with pytest.raises(ClientError, match="TerminateJobFlows"):
        local_emr.client("emr", "denied").terminate_job_flows(JobFlowIds=[cluster])

    local_emr.client("emr").terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)


def test_s3_asks_to_slow_down(local_emr: LocalEmr) -> None:
    store = local_emr.client("s3")
    store.create_bucket(Bucket="slow")
    with local_emr.refusing(Refusal("s3", *SLOW_DOWN, share=0.5, access_key="operator")) as refusal:
        for number in range(4):
            store.put_object(Bucket="slow", Key=str(number), Body=b"x")

    assert refusal.refused >= 3, "boto3 tries again"
    assert store.list_objects_v2(Bucket="slow")["KeyCount"] == 4


def test_the_tag_slows_the_calls_of_its_cluster_alone(local_emr: LocalEmr) -> None:
    local_emr.client("s3").create_bucket(Bucket="slowed")
    cluster = start(local_emr, step(sys.executable, "-c", PUTS_ONCE), tags={"fault:s3-slow-down": "1"})

    local_emr.client("s3").put_object(Bucket="slowed", Key="of-another", Body=b"x")

    wait(local_emr, cluster)
    (found,) = local_emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    assert "SlowDown" in found["Status"]["FailureDetails"]["Message"]


def test_injected_faults_strike_clusters_that_know_nothing_of_them(local_emr: LocalEmr) -> None:
    with local_emr.injected({"fault:bootstrap": "fails"}):
        struck = start(local_emr, QUICK)
    spared = start(local_emr, QUICK)

    assert wait(local_emr, struck)["StateChangeReason"]["Code"] == "BOOTSTRAP_FAILURE"
    assert wait(local_emr, spared)["State"] == "TERMINATED"


def _impatient(emr: LocalEmr, access_key: str) -> object:
    """A client that tries once."""
    return boto3.client(
        "emr",
        endpoint_url=emr.endpoint,
        region_name=emr.region,
        aws_access_key_id=access_key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )


def _start_as(emr: LocalEmr, access_key: str, tags: dict[str, str]) -> str:
    client = emr.client("emr", access_key)
    name: str = client.run_job_flow(**request(keep=True, tags=tags))["JobFlowId"]
    return name


def _refused(client: object, cluster: str) -> str:
    try:
        client.describe_cluster(ClusterId=cluster)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
