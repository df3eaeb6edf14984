"""What the machines of a cluster did: reported to CloudWatch by their agents, read once the cluster has ended."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from local_emr import Refusal

from platform_assets.compute.cost.usage import InstanceUse, Role
from platform_assets.compute.emr.agent import METRICS, NAMESPACE, dimensions
from platform_assets.compute.emr.errors import ClusterFailed, NoMachineMetrics
from platform_assets.compute.emr.machine_metrics import machine_metrics
from platform_assets.compute.job import Job, Output

if TYPE_CHECKING:
    from local_emr import LocalEmr

START = datetime(2026, 11, 20, 12, 0, 20, tzinfo=UTC)


def machine(number: int, role: Role, minutes: float = 3) -> InstanceUse:
    ended = START + timedelta(minutes=minutes)
    return InstanceUse(f"i-{number}", "m5.xlarge", "SPOT", role, "us-east-1a", START, ended)


def put(emr: LocalEmr, known: dict[str, str], values: dict[str, list[float]]) -> None:
    """Values of a machine's metrics, the first one a minute after the start."""
    pairs = [{"Name": name, "Value": value} for name, value in known.items()]
    data = [
        {"MetricName": name, "Dimensions": pairs, "Timestamp": START + timedelta(minutes=minute), "Value": value}
        for name, series in values.items()
        for minute, value in enumerate(series, 1)
    ]
    emr.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


@pytest.fixture
def cluster() -> str:
    """A name that no other test's values have."""
    return f"j-{uuid.uuid4().hex}"


def test_every_machine_has_its_own_minutes(local_emr: LocalEmr, cluster: str) -> None:
    machines = [machine(1, "primary"), machine(2, "core"), machine(3, "task")]
    names = {measure: metric.name for measure, metric in METRICS.items()}
    for number, role in ((1, "primary"), (2, "core")):
        values = {names["cpu"]: [10.0 * number, 30.0], names["memory"]: [61.0], names["disk"]: [12.5]}
        put(local_emr, dimensions(cluster, f"i-{number}", role), values)

    # No metric is in CloudWatch's list yet: a cluster of minutes is gone before.
    found = machine_metrics(local_emr.client("cloudwatch"), cluster, machines)

    assert found is not None
    first, second, third = found.machines
    assert [(value.at_ms, value.percent) for value in first.cpu] == [
        (int(datetime(2026, 11, 20, 12, minute, tzinfo=UTC).timestamp() * 1000), percent)
        for minute, percent in ((1, 10.0), (2, 30.0))
    ]
    assert [value.percent for value in second.cpu] == [20.0, 30.0]
    assert (third.cpu, third.memory, third.disk) == ((), (), ())
    assert found.cpu_share == pytest.approx(0.225)
    assert (found.memory_peak, found.disk_peak) == (pytest.approx(0.61), pytest.approx(0.125))


def test_what_cloudwatch_lists_wins_over_what_is_documented(
    local_emr: LocalEmr, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_emr.cloudwatch, "listed_after", 0.0)
    renamed = {"node.type": "MASTER", "service.name": "machine"}
    machines = [machine(number, "primary") for number in range(6)]
    for each in machines:
        known = {**dimensions(cluster, each.instance_id, "primary"), **renamed}
        put(local_emr, known, {metric.name: [50.0] for metric in METRICS.values()})

    found = machine_metrics(local_emr.client("cloudwatch"), cluster, machines)

    assert found is not None
    assert {value.percent for each in found.machines for value in (*each.cpu, *each.memory, *each.disk)} == {50.0}
    assert all(len(each.values(measure)) == 1 for each in found.machines for measure in METRICS)


def test_machines_that_never_report_are_a_lack_of_permission_only_if_there_was_time(
    local_emr: LocalEmr, cluster: str
) -> None:
    cloudwatch = local_emr.client("cloudwatch")

    assert machine_metrics(cloudwatch, cluster, [machine(1, "core", minutes=4)]) is None
    with pytest.raises(NoMachineMetrics, match=r"for 30 minutes.*PutMetricData"):
        machine_metrics(cloudwatch, cluster, [machine(1, "core", minutes=30)])


@pytest.mark.spark
@pytest.mark.parametrize(("metrics", "asked"), [(True, 1), (False, 0)])
def test_metrics_that_cannot_be_read_or_are_not_wanted_change_nothing_about_the_job(
    deployment: Any, caplog: Any, metrics: bool, asked: int
) -> None:
    engine = deployment.engine(metrics=metrics)
    output = Output(location="s3://platform/staged/unmeasured", columns=[("number", "bigint")])
    denied = Refusal("monitoring", "AccessDenied", "not authorized", operations=("ListMetrics",))

    with (
        deployment.emr.refusing(denied),
        deployment.emr.injected({"fault:step": "fails"}),
        pytest.raises(ClusterFailed, match="no report"),
    ):
        engine.run(Job(name="unmeasured", function="emr_jobs:numbers", output=output))

    (run,) = engine.runs
    assert (run.failure.kind, run.metrics_uri) == ("no_report", "")
    assert run.instances
    assert denied.refused == asked
    warned = f"Cluster {run.cluster_id}: the metrics of its machines could not be noted" in caplog.text
    assert warned == bool(asked)
