"""The event log of Spark on this machine, such that a job's part can be read while the application goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.compute.job import EventLog

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Listeners are some events behind; a job's last ones come within milliseconds.
_MOST_MILLISECONDS = 30_000


def event_log_settings(folder: Path) -> dict[str, Any]:
    """Settings with which Spark writes its event log into ``folder``, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder.resolve().as_uri(),
        # A compressed file lacks what the compressor still holds until it is closed.
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.logStageExecutorMetrics": "true",
        "spark.executor.processTreeMetrics.enabled": "true",
    }


def written_log(session: SparkSession, folder: Path, started: datetime) -> EventLog:
    """The log of what the session did since ``started``; waits until Spark has written it."""
    context: Any = session.sparkContext
    ended = datetime.now(UTC)
    context._jsc.sc().listenerBus().waitUntilEmpty(_MOST_MILLISECONDS)
    return EventLog(location=str(folder.resolve() / context.applicationId), started=started, ended=ended)
