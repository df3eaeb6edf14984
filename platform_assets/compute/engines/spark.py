"""Apache Spark on this machine; needs Java."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.compute.bookkeeping import noted
from platform_assets.compute.engines.base import SESSION_SETTINGS, Engine, use_connect
from platform_assets.compute.engines.event_log import event_log_settings, written_log
from platform_assets.compute.engines.s3a import class_path, require_jars, s3a_settings
from platform_assets.compute.errors import EngineUnavailable, JobFailed
from platform_assets.compute.job import FailedAttempt, FailedListener, Job, JobResult, tell_nobody
from platform_assets.lake.s3 import S3Access

# Where 'make s3a' puts the jars through which Spark reaches S3.
JARS = Path(__file__).parents[3] / ".cache-jars"

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Takes Spark settings and returns a session.
OpenSession = Callable[[dict[str, Any]], "SparkSession"]

LOCAL_SETTINGS: dict[str, Any] = {
    "spark.master": "local[*]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "4",
    # Iceberg reads timestamps as microseconds; Spark's default INT96 is deprecated and holds nanoseconds.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.legacy.parquet.nanosAsLong": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    **SESSION_SETTINGS,
}


class SparkEngine(Engine):
    """Apache Spark through a session factory.

    Args:
        open_session: how the session is opened; by default by Spark's own builder. The Dagster shell passes the session
            of dagster-pyspark's resource.
        s3: how S3 is reached, if the lake is there; needs the jars of ``make s3a``.
        event_logs: folder for Spark's event logs, from which utilisation is read; without one none are written.
    """

    name = "spark"

    def __init__(
        self, open_session: OpenSession | None = None, s3: S3Access | None = None, event_logs: Path | None = None
    ) -> None:
        self._open_session = open_session or _open_session
        self._s3 = s3
        self._event_logs = event_logs
        self._session: SparkSession | None = None

    @property
    def session(self) -> SparkSession:
        """The session, started on first use."""
        use_connect(False)
        if self._session is None:
            if shutil.which("java") is None:
                raise EngineUnavailable(
                    "spark", "Apache Spark needs Java and there is none on PATH", "Run 'make java', or use 'embedded'"
                )
            if self._s3 is not None:
                require_jars(JARS)
            # Functions in Python run in workers of Spark's; they need this environment's packages.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            self._session = _reaching(self._open_session(self._settings()), self._s3)
        return self._session

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        """Run a job here; its part of Spark's event log is complete when this returns, or tells ``failed``."""
        if self._event_logs is None:
            return super().run(job, failed)
        # Starting Spark is no part of the job.
        session, started = self.session, datetime.now(UTC)
        try:
            result = super().run(job, failed)
        except JobFailed:
            with noted("what it made of this machine", f"Job '{job.name}'"):
                failed(FailedAttempt(kind="failed", event_log=written_log(session, self._event_logs, started)))
            raise
        return result.model_copy(update={"event_log": written_log(session, self._event_logs, started)})

    def stop(self) -> None:
        """Stop Spark."""
        if self._session is not None:
            self._session.stop()
            self._session = None

    def _settings(self) -> dict[str, Any]:
        logs = event_log_settings(self._event_logs) if self._event_logs else {}
        jars = class_path(JARS)
        return {**LOCAL_SETTINGS, **logs, **({"spark.driver.extraClassPath": jars} if jars else {})}


def _reaching(session: SparkSession, s3: S3Access | None) -> SparkSession:
    for key, value in s3a_settings(s3).items() if s3 else ():
        session.conf.set(key, value)
    return session


def _open_session(settings: dict[str, Any]) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
