"""The local EMR through boto3: states, steps, fleets and instances, as Amazon documents them."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from emr_requests import fleet, request, start, step, step_states, wait
from local_emr.execution import lives

if TYPE_CHECKING:
    from ceph import S3Server
    from local_emr import LocalEmr

TRUE, FALSE = ("bash", "-c", "echo done"), ("bash", "-c", "echo broken >&2; exit 1")
WHOLE_LIFE = ["STARTING", "BOOTSTRAPPING", "RUNNING", "TERMINATING", "TERMINATED"]


@pytest.fixture(scope="module")
def bucket(local_emr: LocalEmr) -> str:
    local_emr.client("s3").create_bucket(Bucket="clusters")
    return "clusters"


def test_a_cluster_lives_through_its_states_and_leaves_its_logs(local_emr: LocalEmr, bucket: str) -> None:
    cluster = start(local_emr, step(*TRUE), LogUri=f"s3://{bucket}/logs/", tags={"owner": "data"})

    status = wait(local_emr, cluster)

    assert local_emr.states(cluster) == WHOLE_LIFE
    assert status["StateChangeReason"]["Code"] == "ALL_STEPS_COMPLETED"
    assert set(status["Timeline"]) == {"CreationDateTime", "ReadyDateTime", "EndDateTime"}
    (found,) = local_emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    assert found["Status"]["State"] == "COMPLETED"
    folder = f"logs/{cluster}/steps/{found['Id']}"
    assert _read(local_emr, bucket, f"{folder}/stdout.gz") == "done\n"
    assert "exitCode 0" in _read(local_emr, bucket, f"{folder}/controller.gz")
    described = local_emr.client("emr").describe_cluster(ClusterId=cluster)["Cluster"]
    assert described["Tags"] == [{"Key": "owner", "Value": "data"}]
    assert cluster not in local_emr.running_clusters()


def test_instances_tell_their_type_market_and_times(local_emr: LocalEmr) -> None:
    weighted = [{"InstanceType": "r5.2xlarge", "WeightedCapacity": 8}]
    fleets = [
        fleet("MASTER", 1),
        fleet("CORE", on_demand=8, spot=20, InstanceTypeConfigs=weighted),
        fleet("TASK", spot=1),
    ]
    cluster = start(local_emr, step(*TRUE), fleets=fleets)
    wait(local_emr, cluster)

    client = local_emr.client("emr")
    instances = client.list_instances(ClusterId=cluster, InstanceFleetType="CORE")["Instances"]
    assert [(found["InstanceType"], found["Market"]) for found in instances] == [
        ("r5.2xlarge", "ON_DEMAND"),
        *[("r5.2xlarge", "SPOT")] * 3,
    ]
    for found in client.list_instances(ClusterId=cluster)["Instances"]:
        times = found["Status"]["Timeline"]
        assert times["CreationDateTime"] < times["ReadyDateTime"] < times["EndDateTime"]
        assert found["Status"]["StateChangeReason"]["Code"] == "CLUSTER_TERMINATED"
    roles = [found["InstanceFleetType"] for found in client.list_instance_fleets(ClusterId=cluster)["InstanceFleets"]]
    assert roles == ["MASTER", "CORE", "TASK"]
    assert client.describe_cluster(ClusterId=cluster)["Cluster"]["Ec2InstanceAttributes"]["Ec2AvailabilityZone"]


@pytest.mark.parametrize(
    ("action", "states", "code"),
    [
        ("TERMINATE_CLUSTER", ["FAILED", "CANCELLED"], "STEP_FAILURE"),
        ("CONTINUE", ["FAILED", "COMPLETED"], "ALL_STEPS_COMPLETED"),
        ("CANCEL_AND_WAIT", ["FAILED", "CANCELLED"], "ALL_STEPS_COMPLETED"),
    ],
)
def test_what_a_failed_step_does(local_emr: LocalEmr, action: str, states: list[str], code: str) -> None:
    cluster = start(local_emr, step(*FALSE, on_failure=action), step(*TRUE))

    status = wait(local_emr, cluster)

    assert step_states(local_emr, cluster) == states
    assert status["StateChangeReason"]["Code"] == code
    assert status["State"] == ("TERMINATED_WITH_ERRORS" if code == "STEP_FAILURE" else "TERMINATED")
    failed = local_emr.client("emr").list_steps(ClusterId=cluster, StepStates=["FAILED"])["Steps"][0]
    assert failed["Status"]["FailureDetails"]["Message"] == "broken"


def test_steps_are_cancelled_one_by_one(local_emr: LocalEmr) -> None:
    client = local_emr.client("emr")
    cluster = start(local_emr, step("sleep", "600", on_failure="CONTINUE"), step("sleep", "600"), keep=True)
    wait(local_emr, cluster, "RUNNING")
    running, pending = (found["Id"] for found in reversed(client.list_steps(ClusterId=cluster)["Steps"]))

    answers = client.cancel_steps(ClusterId=cluster, StepIds=[pending, running])["CancelStepsInfoList"]

    assert [answer["Status"] for answer in answers] == ["SUBMITTED", "SUBMITTED"]
    wait(local_emr, cluster, "WAITING")
    assert step_states(local_emr, cluster) == ["CANCELLED", "CANCELLED"]
    again = client.cancel_steps(ClusterId=cluster, StepIds=[running])["CancelStepsInfoList"]
    assert [answer["Status"] for answer in again] == ["FAILED"]
    client.terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)


def test_termination_kills_what_runs(local_emr: LocalEmr, tmp_path: Path) -> None:
    script = f"trap '' TERM; (trap '' TERM; sleep 600) & echo $! > {tmp_path}/child; wait"
    cluster = start(local_emr, step("bash", "-c", script), keep=True)
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
        time.sleep(0.05)

    local_emr.client("emr").terminate_job_flows(JobFlowIds=[cluster])

    status = wait(local_emr, cluster)
    assert (status["State"], status["StateChangeReason"]["Code"]) == ("TERMINATED", "USER_REQUEST")
    assert step_states(local_emr, cluster) == ["CANCELLED"]
    assert not lives(int((tmp_path / "child").read_text()))


def test_a_protected_cluster_is_not_terminated(local_emr: LocalEmr) -> None:
    client = local_emr.client("emr")
    cluster = start(local_emr, keep=True)
    client.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=True)

    with pytest.raises(ClientError, match="protected"):
        client.terminate_job_flows(JobFlowIds=[cluster])

    client.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=False)
    client.terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)


def test_an_idle_cluster_takes_steps_and_terminates_itself(local_emr: LocalEmr) -> None:
    client = local_emr.client("emr")
    cluster = start(local_emr, keep=True, AutoTerminationPolicy={"IdleTimeout": 3600})
    wait(local_emr, cluster, "WAITING")
    client.add_job_flow_steps(JobFlowId=cluster, Steps=[step(*TRUE)])
    while step_states(local_emr, cluster) != ["COMPLETED"]:
        time.sleep(0.05)
    assert client.get_auto_termination_policy(ClusterId=cluster)["AutoTerminationPolicy"] == {"IdleTimeout": 3600}

    client.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 60})

    assert wait(local_emr, cluster)["State"] == "TERMINATED"
    with pytest.raises(ClientError, match="may not be modified"):
        client.add_job_flow_steps(JobFlowId=cluster, Steps=[step(*TRUE)])


def test_a_modified_fleet_grows_and_shrinks(local_emr: LocalEmr) -> None:
    client = local_emr.client("emr")
    limits = {"UnitType": "InstanceFleetUnits", "MinimumCapacityUnits": 1, "MaximumCapacityUnits": 9}
    cluster = start(local_emr, keep=True, ManagedScalingPolicy={"ComputeLimits": limits})
    wait(local_emr, cluster, "WAITING")
    assert client.get_managed_scaling_policy(ClusterId=cluster)["ManagedScalingPolicy"]["ComputeLimits"] == limits
    core = client.list_instance_fleets(ClusterId=cluster)["InstanceFleets"][1]

    for capacity in (4, 1):
        change = {"InstanceFleetId": core["Id"], "TargetSpotCapacity": capacity, "TargetOnDemandCapacity": 0}
        client.modify_instance_fleet(ClusterId=cluster, InstanceFleet=change)
        while client.list_instance_fleets(ClusterId=cluster)["InstanceFleets"][1]["Status"]["State"] != "RUNNING":
            time.sleep(0.05)
        running = client.list_instances(ClusterId=cluster, InstanceFleetId=core["Id"], InstanceStates=["RUNNING"])
        assert len(running["Instances"]) == capacity

    client.terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)


def test_lists_come_in_pages(local_emr: LocalEmr) -> None:
    client = local_emr.client("emr")
    cluster = start(local_emr, *[step("sleep", "600")] * 51, keep=True)

    pages = [len(page["Steps"]) for page in client.get_paginator("list_steps").paginate(ClusterId=cluster)]

    assert pages == [50, 1]
    client.terminate_job_flows(JobFlowIds=[cluster])
    wait(local_emr, cluster)
    ended = client.get_paginator("list_clusters").paginate(ClusterStates=["TERMINATED"])
    assert cluster in [found["Id"] for page in ended for found in page["Clusters"]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (request(ReleaseLabel=""), "ReleaseLabel"),
        (request(fleets=[fleet("CORE", 1)]), "one MASTER fleet"),
        (request(fleets=[fleet("MASTER", 2)]), "target capacity of 1"),
        (request(tags={f"t{n}": "" for n in range(51)}), "50 tags"),
        (request(tags={"fault:gremlins": "yes"}), "no fault gremlins"),
        (request(tags={"fault:spot-loss": "sometimes"}), "before-step"),
        (request(AutoTerminationPolicy={"IdleTimeout": 59}), "between 60"),
        (request({**step("true"), "HadoopJarStep": {"Jar": "s3://jars/mine.jar"}}), "command-runner"),
    ],
)
def test_a_wrong_request_starts_nothing(local_emr: LocalEmr, wrong: dict[str, Any], message: str) -> None:
    before = len(local_emr.clusters())
    with pytest.raises(ClientError, match=message):
        local_emr.client("emr").run_job_flow(**wrong)
    assert len(local_emr.clusters()) == before


def test_what_is_not_there_is_not_valid(local_emr: LocalEmr) -> None:
    with pytest.raises(ClientError, match="InvalidRequestException"):
        local_emr.client("emr").describe_cluster(ClusterId="j-NONE")
    with pytest.raises(ClientError, match="UnknownOperationException"):
        local_emr.client("emr").list_studios()


@pytest.mark.s3
def test_logs_go_to_another_s3_server(s3_endpoint: S3Server, tmp_path: Path) -> None:
    from ceph import ACCESS_KEY, SECRET_KEY
    from local_emr import ObjectStore, local_emr

    store = ObjectStore(s3_endpoint.endpoint, ACCESS_KEY, SECRET_KEY)
    with local_emr(tmp_path, store=store) as emr:
        cluster = start(emr, step(*TRUE), LogUri=f"s3://{s3_endpoint.bucket}/local-emr")
        wait(emr, cluster)
        (found,) = emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
        key = f"local-emr/{cluster}/steps/{found['Id']}/stdout.gz"
        assert _read(emr, s3_endpoint.bucket, key) == "done\n"
        with pytest.raises(ClientError, match="own object store"):
            start(emr, tags={"fault:s3-slow-down": "0.5"})


def test_a_cluster_whose_logs_go_nowhere_does_its_work(local_emr: LocalEmr) -> None:
    cluster = start(local_emr, step(*TRUE), LogUri="s3://no-such-bucket/logs")

    assert wait(local_emr, cluster)["State"] == "TERMINATED"
    assert step_states(local_emr, cluster) == ["COMPLETED"]


def test_what_is_left_running_ends_with_the_server(tmp_path: Path) -> None:
    from local_emr import local_emr

    with local_emr(tmp_path) as emr:
        start(emr, step("bash", "-c", f"echo $$ > {tmp_path}/process; sleep 600"), keep=True)
        while not (tmp_path / "process").exists() or not (tmp_path / "process").read_text():
            time.sleep(0.05)
        assert len(emr.running_clusters()) == 1

    assert emr.running_clusters() == []
    assert not lives(int((tmp_path / "process").read_text()))


def _read(emr: LocalEmr, bucket: str, key: str) -> str:
    return gzip.decompress(emr.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
