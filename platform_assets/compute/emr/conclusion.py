"""The end of an attempt: judged by all that is known, and recorded whatever happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.aws import aws_errors
from platform_assets.compute.emr.client import Client
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.failures import Ending, Failure, failure_of, of_error
from platform_assets.compute.emr.identity import Attempt
from platform_assets.compute.emr.instances import instances, reclaimed, uses
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.reporting import LOG
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
    """Judge and record an attempt; an interruption goes on from here."""
    places, watch = Places.of(client.settings, attempt), watched.watch
    listed, trouble = _machines(client, watch)
    failure = watched.failure or trouble
    if failure is None:
        overdue = watch.overdue if watch else None
        failure = failure_of(Ending(watched.view, len(reclaimed(listed)), overdue, report.closed, report.exception))
    result = _result(client, report, places) if failure is None else None
    if failure is None and result is None:
        failure = Failure("no_report", "the driver reported success, but its result is nowhere")
    record = _record(client, attempt, plan, watch, watched.view, began, listed, failure)
    _keep(client, places, record)
    client.reporting.ended(record)
    client.ended(record)
    if watched.interruption is not None:
        raise watched.interruption
    return record, result


def _result(client: Client, report: Report, places: Places) -> JobResult | None:
    if report.result is not None:
        return report.result
    content = objects.read(client.aws.s3, places.result)
    return JobResult.model_validate_json(content) if content is not None else None


def _keep(client: Client, places: Places, record: ClusterRun) -> None:
    try:
        objects.write(client.aws.s3, places.record, record.to_json().encode())
    except aws_errors() as error:
        LOG.error(f"The record of cluster {record.cluster_id} could not be written to {places.record}: {error}")


def _machines(client: Client, watch: Watch | None) -> tuple[list[dict[str, Any]], Failure | None]:
    """The machines that the cluster had; they cannot be listed with credentials that have run out."""
    if watch is None:
        return [], None
    try:
        return instances(client.aws, watch.cluster_id), None
    except aws_errors() as error:
        return [], of_error(error)


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
        instances=uses(client.aws, cluster_id, listed, zone, settings.disk_gib) if listed else (),
        log_uri=f"{places.logs}/{cluster_id}/",
        event_log_uri=f"{places.event_logs}/",
        plan=plan.to_dict(),
        reclaimed=reclaimed(listed),
        failure=failure,
    )
