"""Amazon EMR as an engine: each job gets a transient cluster, tried again only where another cluster can help."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from platform_assets.compute.emr.attempt import run_attempt
from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.bookkeeping import noted
from platform_assets.compute.emr.client import Client
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.current_prices import current_prices
from platform_assets.compute.emr.errors import ClusterFailed, RemoteError
from platform_assets.compute.emr.identity import Attempt
from platform_assets.compute.emr.planning import asked_types, plan_attempt
from platform_assets.compute.emr.reporting import LogReporting, Reporting
from platform_assets.compute.emr.retry import Escalation, next_attempt
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.engines.base import Engine
from platform_assets.compute.errors import EngineUnavailable, JobFailed
from platform_assets.compute.job import EventLog, FailedAttempt, FailedListener, Job, JobResult, tell_nobody
from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.spot.losses import Losses
from platform_assets.compute.utilisation.price import usd_per_core_hour

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class EmrEngine(Engine):
    """Clusters of one deployment.

    Args:
        settings: of the clusters.
        deployment: name of the environment; the reaper leaves clusters of others alone.
        prices: the current price book, asked for each job; by default as the settings have it.
        reporting: to whom news go; by default to the log ``platform_assets.emr``.
        losses: what became of earlier spot instances, asked for each job.
        ended: told of each attempt, well or not.
        sleep: waits so many seconds.

    Attributes:
        runs: every attempt that this engine made, oldest first.
    """

    name = "emr"
    is_remote: ClassVar[bool] = True

    def __init__(
        self,
        settings: EmrSettings,
        deployment: str,
        prices: Callable[[], PriceBook] | None = None,
        reporting: Reporting | None = None,
        losses: Callable[[], Losses] = Losses,
        ended: Callable[[ClusterRun], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.runs: list[ClusterRun] = []
        self._settings = settings
        self._deployment = deployment
        self._ended = ended
        self._losses = losses
        self._sleep = sleep
        self._reporting = reporting or LogReporting()
        self._aws = aws = Aws(settings.region, sleep)
        self._prices = prices or (lambda: current_prices(settings, aws.ec2))

    @property
    def session(self) -> SparkSession:
        """There is none here: raises EngineUnavailable."""
        raise EngineUnavailable("emr", "its Spark runs on another machine", "Give it a job, or use 'embedded' here")

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        """Run a job on a cluster of its own.

        Args:
            failed: told of each attempt whose cluster started and did not do the job, cancelled ones too.

        Raises:
            JobFailed: the job's own code or data broke.
            ClusterFailed: anything else, after as many attempts as are declared if another cluster could help.
            PackagingFailed: the dependencies are not on S3.
            PlanImpossible: no machines of the price book fit.
        """
        identity = self._reporting.identity(self._deployment, job)
        key, call = hashlib.sha256(job.model_dump_json().encode()).hexdigest()[:8], uuid.uuid4().hex[:8]
        book, losses, taught, number = self._prices(), self._losses(), Escalation(), 1
        ended = partial(self._note, failed, book)
        client = Client(self._settings, self._aws, self._reporting, ended, self._sleep)
        while True:
            plan = plan_attempt(self._settings, book, losses, taught, self._aws.ec2)
            run, result = run_attempt(client, job, Attempt(identity, key, call, number), plan)
            if run.failure is None and result is not None:
                return result.model_copy(update={"event_log": _event_log(run, book)})
            again = self._again(run, taught, asked_types(plan))
            if again is None:
                raise _error(job, run)
            taught, number = again, number + 1

    def stop(self) -> None:
        """Nothing is held here between jobs."""

    def _note(self, failed: FailedListener, book: PriceBook, run: ClusterRun) -> None:
        self.runs.append(run)
        if self._ended is not None:
            self._ended(run)
        # Last, as reading a log takes longest: whoever cancels a second time has the bill by then.
        if run.failure is not None and run.cluster_id:
            with noted("what it made of its machines", run.cluster_id):
                failed(FailedAttempt(kind=run.failure.kind, event_log=_event_log(run, book)))

    def _again(self, run: ClusterRun, taught: Escalation, types: frozenset[str]) -> Escalation | None:
        if run.failure is None:
            return None
        return next_attempt(run.failure, taught, run.attempt, self._settings.max_attempts, types, run.zone)


def _event_log(run: ClusterRun, book: PriceBook) -> EventLog:
    price = usd_per_core_hour(run.use(), book)
    return EventLog(
        location=run.event_log_uri,
        usd_per_core_hour=price,
        attempt=run.attempt,
        machine_metrics=run.metrics_uri or None,
    )


def _error(job: Job, run: ClusterRun) -> Exception:
    on_cluster = ClusterFailed(job.name, run)
    failure = run.failure
    if failure is None or failure.kind not in ("user_code", "data"):
        return on_cluster
    error = JobFailed(job.name, EmrEngine.name, RemoteError.of(failure.error, failure.message))
    error.__cause__ = on_cluster
    return error
