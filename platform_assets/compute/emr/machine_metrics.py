"""The metrics of a cluster's machines, read from CloudWatch once the cluster has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from platform_assets.compute.cost.usage import InstanceUse
from platform_assets.compute.emr.agent import METRICS, NAMESPACE, dimensions
from platform_assets.compute.emr.errors import NoMachineMetrics
from platform_assets.compute.utilisation.machines import MachineMetrics, MachineUse, Measure, Measured, in_order

MINUTE = timedelta(minutes=1)
# GetMetricData takes so many queries at once.
MOST_QUERIES = 500
# An agent starts with its machine and reports once a minute: one that never did within this time has no permission.
REPORTS_WITHIN = timedelta(minutes=10)

_Dimensions = dict[str, str]
_NAMES = set(dimensions("", "", "core"))


class _Series(NamedTuple):
    instance_id: str
    measure: Measure


def machine_metrics(cloudwatch: Any, cluster_id: str, instances: Sequence[InstanceUse]) -> MachineMetrics | None:
    """CPU, memory and disk of every machine from its start to its end; None if the machines went before they reported.

    Raises:
        NoMachineMetrics: machines that were there for long reported nothing.
        botocore.exceptions.ClientError, BotoCoreError: CloudWatch refused, or did not answer in many tries.
    """
    found = _values(cloudwatch, _queries(cloudwatch, cluster_id, instances), *_period(instances))
    if not any(found.values()):
        longest = max(each.ended - each.started for each in instances)
        if longest >= REPORTS_WITHIN:
            raise NoMachineMetrics(cluster_id, longest)
        return None
    return MachineMetrics(cluster_id=cluster_id, machines=tuple(_machine(each, found) for each in instances))


def _period(instances: Sequence[InstanceUse]) -> tuple[datetime, datetime]:
    """Whole minutes around the life of the machines; the end is not part of it."""
    start, end = min(each.started for each in instances), max(each.ended for each in instances)
    return _minute(start), _minute(end) + MINUTE


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _queries(cloudwatch: Any, cluster_id: str, instances: Sequence[InstanceUse]) -> dict[_Series, _Dimensions]:
    """Where each series is: as CloudWatch lists it, and as it is documented where the list does not have it yet.

    ListMetrics shows a metric up to 15 minutes after its first value, when a short cluster is long gone; GetMetricData
    gives its values at once to those who know its dimensions.
    """
    listed = dict(_listed(cloudwatch, cluster_id))
    return {
        series: listed.get(series) or dimensions(cluster_id, each.instance_id, each.role)
        for each in instances
        for measure in METRICS
        for series in [_Series(each.instance_id, measure)]
    }


def _listed(cloudwatch: Any, cluster_id: str) -> Iterator[tuple[_Series, _Dimensions]]:
    asked = [{"Name": "cluster.id", "Value": cluster_id}]
    for measure, metric in METRICS.items():
        pages = cloudwatch.get_paginator("list_metrics").paginate(
            Namespace=NAMESPACE, MetricName=metric.name, Dimensions=asked
        )
        for page in pages:
            for each in page["Metrics"]:
                known = {pair["Name"]: pair["Value"] for pair in each["Dimensions"]}
                if set(known) == _NAMES:
                    yield _Series(known["instance.id"], measure), known


def _values(
    cloudwatch: Any, queries: dict[_Series, _Dimensions], start: datetime, end: datetime
) -> dict[_Series, list[Measured]]:
    found: dict[_Series, list[Measured]] = {series: [] for series in queries}
    every = list(queries.items())
    for first in range(0, len(every), MOST_QUERIES):
        asked = {f"m{place}": each for place, each in enumerate(every[first : first + MOST_QUERIES])}
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(name, *each) for name, each in asked.items()], StartTime=start, EndTime=end
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                pairs = zip(result["Timestamps"], result["Values"], strict=True)
                found[asked[result["Id"]][0]] += [
                    Measured(at_ms=int(at.timestamp() * 1000), percent=value) for at, value in pairs
                ]
    return found


def _query(name: str, series: _Series, known: _Dimensions) -> dict[str, Any]:
    metric = METRICS[series.measure]
    pairs = [{"Name": key, "Value": value} for key, value in known.items()]
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {"Namespace": NAMESPACE, "MetricName": metric.name, "Dimensions": pairs},
            "Period": int(MINUTE.total_seconds()),
            "Stat": metric.statistic,
        },
    }


def _machine(instance: InstanceUse, found: dict[_Series, list[Measured]]) -> MachineUse:
    return MachineUse(
        instance_id=instance.instance_id,
        instance_type=instance.instance_type,
        role=instance.role,
        started_ms=int(instance.started.timestamp() * 1000),
        ended_ms=int(instance.ended.timestamp() * 1000),
        **{measure: in_order(found[_Series(instance.instance_id, measure)]) for measure in METRICS},
    )
