"""One attempt at a job: a cluster is started, watched and ended, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.aws import aws_errors
from platform_assets.compute.emr.client import Client
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.conclusion import Watched, concluded
from platform_assets.compute.emr.failures import Failure, of_error
from platform_assets.compute.emr.identity import Attempt
from platform_assets.compute.emr.messages import Report
from platform_assets.compute.emr.packages import Packages, send_code
from platform_assets.compute.emr.reporting import Listener
from platform_assets.compute.emr.request import Places, run_job_flow
from platform_assets.compute.emr.starting import start
from platform_assets.compute.emr.watch import Watch
from platform_assets.compute.job import Job, JobResult
from platform_assets.compute.spot.fleet_plan import FleetPlan


def run_attempt(client: Client, job: Job, attempt: Attempt, plan: FleetPlan) -> tuple[ClusterRun, JobResult | None]:
    """Run a job on a cluster of its own; the record says whether it worked, and the result is there if it did.

    Raises:
        PackagingFailed: the archive of dependencies is not on S3.
        BaseException: what interrupted the watch, such as Dagster's cancellation; the cluster is ended and the attempt
            recorded before.
    """
    began = datetime.now(UTC)
    places = Places.of(client.settings, attempt)
    report = Report(places.messages)
    try:
        packages = _put_down(client, job, attempt)
    except aws_errors() as error:
        watched = Watched(failure=of_error(error))
    else:
        with client.reporting.listen(client.aws.s3, attempt, places.root) as listener:
            listener.log.info("\n".join(["The plan for the cluster:", *plan.reasons]))
            request = run_job_flow(client.settings, attempt, plan, packages, listener.arguments)
            watched = _run(client, request, places, report, listener)
            trouble = _hear_the_rest(client, report, listener)
        watched = replace(watched, failure=watched.failure or trouble)
    return concluded(client, attempt, plan, began, report, watched)


def _run(client: Client, request: dict[str, Any], places: Places, report: Report, listener: Listener) -> Watched:
    settings, aws = client.settings, client.aws
    try:
        cluster_id = start(aws, request, client.sleep)
    except aws_errors() as error:
        return Watched(failure=of_error(error))
    watch = Watch(aws, settings, cluster_id, report, listener, places.sign, sleep=client.sleep)
    watched = Watched(watch)
    try:
        listener.log.info(f"Cluster {cluster_id} was started: {request['Name']}.")
        watched = Watched(watch, watch.until_end())
    except aws_errors() as error:
        watched = Watched(watch, failure=of_error(error))
    except BaseException as error:  # noqa: BLE001 - raised again once the attempt is recorded
        watched = Watched(
            watch, failure=Failure("cancelled", f"the watch was broken off: {error!r}"), interruption=error
        )
    finally:
        # Nobody is there any more to end it.
        if not watched.view.has_ended:
            _end(watch)
    return watched


def _put_down(client: Client, job: Job, attempt: Attempt) -> Packages:
    """Write to S3 what the cluster will read."""
    places = Places.of(client.settings, attempt)
    objects.write(client.aws.s3, places.job, _of_attempt(job, attempt).model_dump_json().encode())
    # Spark wants the folder of its event log to be there.
    objects.write(client.aws.s3, f"{places.event_logs}/", b"")
    return send_code(client.aws.s3, client.settings)


def _of_attempt(job: Job, attempt: Attempt) -> Job:
    """The job staging into a folder of its own if it was tried before: a lost attempt may have left files."""
    if attempt.number == 1:
        return job
    location = f"{job.output.location}/attempt-{attempt.number}"
    return job.model_copy(update={"output": job.output.model_copy(update={"location": location})})


def _end(watch: Watch) -> None:
    try:
        watch.end()
    except aws_errors() as error:
        watch.listener.log.error(
            f"Cluster {watch.cluster_id} could not be ended ({type(error).__name__}: {error}). It ends itself when its "
            f"step has ended or after {watch.settings.idle_minutes} idle minutes; 'platform emr reap' ends it at once."
        )


def _hear_the_rest(client: Client, report: Report, listener: Listener) -> Failure | None:
    try:
        for message in report.rest(client.aws.s3):
            listener.hear(message)
    except aws_errors() as error:
        return of_error(error)
    if report.missing:
        listener.log.warning(f"Messages of the driver are missing: pieces {report.missing} never came.")
    return None
