"""The end of an attempt: judged by all that is known, and recorded whatever happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from platform_assets.compute.cost.usage import InstanceUse
from platform_assets.compute.emr import objects
from platform_assets.compute.emr.aws import aws_errors
from platform_assets.compute.emr.bookkeeping import noted
from platform_assets.compute.emr.client import Client
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.failures import Ending, Failure, failure_of, of_error
from platform_assets.compute.emr.identity import Attempt
from platform_assets.compute.emr.instances import instances, reclaimed, uses
from platform_assets.compute.emr.machine_metrics import machine_metrics
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.request import Places
from platform_assets.compute.emr.view import ClusterView
from platform_assets.compute.emr.watch import Watch
from platform_assets.compute.job import JobResult
from platform_assets.compute.spot.fleet_plan import FleetPlan

NEVER_STARTED = ClusterView("NOT_STARTED")


@dataclass(frozen=True)
class Watched:
    """How the watch over a cluster ended.

    Attributes:
        watch: None if no cluster was started.
        failure: of calls to AWS, or a cancellation; any other is in the view.
        interruption: what broke the watch off.
    """

    watch: Watch | None = None
    view: ClusterView = NEVER_STARTED
    failure: Failure | None = None
    interruption: BaseException | None = None


def concluded(
    client: Client, attempt: Attempt, plan: FleetPlan, began: datetime, report: Report, watched: Watched
) -> tuple[ClusterRun, JobResult | None]:
    """Judge and record an attempt; an interruption goes on from here, whatever happens to the record."""
    try:
        return _judged(client, attempt, plan, began, report, watched)
    finally:
        if watched.interruption is not None:
            raise watched.interruption


def _judged(
    client: Client, attempt: Attempt, plan: FleetPlan, began: datetime, report: Report, watched: Watched
) -> tuple[ClusterRun, JobResult | None]:
    places, watch = Places.of(client.settings, attempt), watched.watch
    listed = _machines(client, watch)
    failure = watched.failure
    if failure is None:
        overdue = watch.overdue if watch else None
        failure = failure_of(Ending(watched.view, len(reclaimed(listed)), overdue, report.closed, report.exception))
    result, failure = (None, failure) if failure else _result(client, report, places)
    record = _measured(client, places, _record(client, attempt, plan, watch, watched.view, began, listed, failure))
    with noted(f"its record {places.record}", record.cluster_id):
        objects.write(client.aws.s3, places.record, record.to_json().encode())
    with noted("its observation", record.cluster_id):
        client.reporting.ended(record)
    with noted("what follows from its record", record.cluster_id):
        client.ended(record)
    return record, result


def _result(client: Client, report: Report, places: Places) -> tuple[JobResult | None, Failure | None]:
    """The result of a job that ended well, or why there is none."""
    if report.result is not None:
        return report.result, None
    try:
        content = objects.read(client.aws.s3, places.result)
    except aws_errors() as error:
        return None, of_error(error)
    if content is None:
        return None, Failure("no_report", "the driver reported success, but its result is nowhere")
    return JobResult.model_validate_json(content), None


def _machines(client: Client, watch: Watch | None) -> list[dict[str, Any]]:
    """The machines that the cluster had; none if they cannot be listed, as with credentials that have run out."""
    listed: list[dict[str, Any]] = []
    if watch is not None:
        with noted("the list of its machines, lost ones too,", watch.cluster_id):
            listed = instances(client.aws, watch.cluster_id)
    return listed


def _uses(client: Client, cluster_id: str, listed: list[dict[str, Any]], zone: str) -> tuple[InstanceUse, ...]:
    used: tuple[InstanceUse, ...] = ()
    if listed:
        with noted("the use of its machines, from which it is billed,", cluster_id):
            used = uses(client.aws, cluster_id, listed, zone, client.settings.disk_gib)
    return used


def _measured(client: Client, places: Places, record: ClusterRun) -> ClusterRun:
    """The record with where the metrics of its machines are, which are read and kept on S3."""
    kept = record
    if client.settings.metrics and record.instances:
        with noted("the metrics of its machines", record.cluster_id):
            metrics = machine_metrics(client.aws.cloudwatch, record.cluster_id, record.instances)
            if metrics is not None:
                objects.write(client.aws.s3, places.metrics, metrics.to_bytes())
                kept = replace(record, metrics_uri=places.metrics)
    return kept


def _record(
    client: Client,
    attempt: Attempt,
    plan: FleetPlan,
    watch: Watch | None,
    view: ClusterView,
    began: datetime,
    listed: list[dict[str, Any]],
    failure: Failure | None,
) -> ClusterRun:
    settings, places = client.settings, Places.of(client.settings, attempt)
    cluster_id = watch.cluster_id if watch else ""
    zone = view.zone or plan.zone or ""
    return ClusterRun(
        cluster_id=cluster_id,
        name=attempt.name,
        attempt=attempt.number,
        region=settings.region,
        zone=view.zone,
        started=began,
        ended=datetime.now(UTC),
        seconds={str(phase): seconds for phase, seconds in watch.seconds.items()} if watch else {},
        instances=_uses(client, cluster_id, listed, zone),
        log_uri=f"{places.logs}/{cluster_id}/",
        event_log_uri=f"{places.event_logs}/",
        plan=plan.to_dict(),
        reclaimed=reclaimed(listed),
        failure=failure,
    )
