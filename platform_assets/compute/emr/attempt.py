"""One attempt at a job: a cluster is started, watched and ended, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.failures import Ending, Failure, failure_of, of_error
from platform_assets.compute.emr.identity import Attempt
from platform_assets.compute.emr.instances import instances, reclaimed, uses
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.packages import send_code
from platform_assets.compute.emr.reporting import LOG, Listener, Reporting
from platform_assets.compute.emr.request import Places, run_job_flow
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.emr.starting import start
from platform_assets.compute.emr.view import ClusterView
from platform_assets.compute.emr.watch import Watch
from platform_assets.compute.job import Job, JobResult
from platform_assets.compute.spot.fleet_plan import FleetPlan

NEVER_STARTED = ClusterView("NOT_STARTED")


@dataclass(frozen=True)
class Client:
    """What attempts are made with; ``sleep`` waits so many seconds."""

    settings: EmrSettings
    aws: Aws
    reporting: Reporting
    sleep: Callable[[float], None] = time.sleep


def run_attempt(client: Client, job: Job, attempt: Attempt, plan: FleetPlan) -> tuple[ClusterRun, JobResult | None]:
    """Run a job on a cluster of its own; the record says whether it worked, and the result is there if it did.

    Raises:
        PackagingFailed: the archive of dependencies is not on S3.
        BaseException: what interrupted the watch, such as Dagster's cancellation; the cluster is ended first.
    """
    began = datetime.now(UTC)
    places = Places.of(client.settings, attempt)
    report = Report(places.messages)
    with client.reporting.listen(client.aws.s3, attempt, places.root) as listener:
        listener.log.info("\n".join(["The plan for the cluster:", *plan.reasons]))
        watch, view, failure = _run(client, job, attempt, plan, report, listener)
        failure = failure or _hear_the_rest(client, report, listener)
    listed, trouble = _machines(client, watch)
    failure = failure or trouble
    if failure is None:
        lost = len(reclaimed(listed))
        failure = failure_of(Ending(view, lost, watch.overdue if watch else None, report.closed, report.exception))
    result = _result(client, report, places) if failure is None else None
    if failure is None and result is None:
        failure = Failure("no_report", "the driver reported success, but its result is nowhere")
    record = _record(client, attempt, plan, watch, view, began, listed, failure)
    _keep(client, places, record)
    client.reporting.ended(record)
    return record, result


def _run(
    client: Client, job: Job, attempt: Attempt, plan: FleetPlan, report: Report, listener: Listener
) -> tuple[Watch | None, ClusterView, Failure | None]:
    """Start and watch; a failure here is one of calls to AWS, any other is in the view."""
    settings, aws = client.settings, client.aws
    _put_down(client, job, attempt)
    request = run_job_flow(settings, attempt, plan, send_code(aws.s3, settings), listener.arguments)
    try:
        cluster_id = start(aws, request, client.sleep)
    except _aws_errors() as error:
        return None, NEVER_STARTED, of_error(error)
    listener.log.info(f"Cluster {cluster_id} was started for '{job.name}', attempt {attempt.number}.")
    places = Places.of(settings, attempt)
    watch = Watch(aws, settings, cluster_id, report, listener, places.sign, sleep=client.sleep)
    view = NEVER_STARTED
    try:
        view = watch.until_end()
    except _aws_errors() as error:
        return watch, view, of_error(error)
    finally:
        # Whatever interrupted the watch, a cancellation for one: nobody is there any more to end it.
        if not view.has_ended:
            _end(watch)
    return watch, view, None


def _put_down(client: Client, job: Job, attempt: Attempt) -> None:
    places = Places.of(client.settings, attempt)
    objects.write(client.aws.s3, places.job, _of_attempt(job, attempt).model_dump_json().encode())
    # Spark wants the folder of its event log to be there.
    objects.write(client.aws.s3, f"{places.event_logs}/", b"")


def _of_attempt(job: Job, attempt: Attempt) -> Job:
    """The job staging into a folder of its own if it was tried before: a lost attempt may have left files."""
    if attempt.number == 1:
        return job
    location = f"{job.output.location}/attempt-{attempt.number}"
    return job.model_copy(update={"output": job.output.model_copy(update={"location": location})})


def _end(watch: Watch) -> None:
    try:
        watch.end()
    except _aws_errors() as error:
        watch.listener.log.error(
            f"Cluster {watch.cluster_id} could not be ended ({type(error).__name__}: {error}). It ends itself when its "
            f"step has ended or after {watch.settings.idle_minutes} idle minutes; 'platform emr reap' ends it at once."
        )


def _result(client: Client, report: Report, places: Places) -> JobResult | None:
    if report.result is not None:
        return report.result
    content = objects.read(client.aws.s3, places.result)
    return JobResult.model_validate_json(content) if content is not None else None


def _hear_the_rest(client: Client, report: Report, listener: Listener) -> Failure | None:
    try:
        for message in report.rest(client.aws.s3):
            listener.hear(message)
    except _aws_errors() as error:
        return of_error(error)
    if report.missing:
        listener.log.warning(f"Messages of the driver are missing: pieces {report.missing} never came.")
    return None


def _keep(client: Client, places: Places, record: ClusterRun) -> None:
    try:
        objects.write(client.aws.s3, places.record, record.to_json().encode())
    except _aws_errors() as error:
        LOG.error(f"The record of cluster {record.cluster_id} could not be written to {places.record}: {error}")


def _machines(client: Client, watch: Watch | None) -> tuple[list[dict[str, Any]], Failure | None]:
    """The machines that the cluster had; they cannot be listed with credentials that have run out."""
    if watch is None:
        return [], None
    try:
        return instances(client.aws, watch.cluster_id), None
    except _aws_errors() as error:
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


def _aws_errors() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError
