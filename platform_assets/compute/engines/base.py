"""What every engine offers: a Spark session set up so that all engines give the same results."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from platform_assets.compute.job import FailedListener, Job, JobResult, tell_nobody
from platform_assets.compute.run import run_job

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SESSION_SETTINGS = {
    # Instants are stored and compared in UTC, whatever the machine's own time zone.
    "spark.sql.session.timeZone": "UTC",
    # A text that is no number must be seen as a broken rule, not as an exception somewhere in the plan.
    "spark.sql.ansi.enabled": "false",
}


# PySpark decides by this variable, for the whole process, whether its functions build plans for a Connect server.
CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"


def use_connect(wanted: bool) -> None:
    """Switch PySpark's functions between Spark Connect and a classic session; engines do so as they hand out theirs."""
    if wanted:
        os.environ[CONNECT_MODE] = "1"
    else:
        os.environ.pop(CONNECT_MODE, None)


class Engine(ABC):
    """A place where PySpark code runs.

    Attributes:
        is_remote: whether jobs run on other machines, which see the lake's store but no file of this one.
    """

    name: str
    is_remote: ClassVar[bool] = False

    @property
    @abstractmethod
    def session(self) -> SparkSession:
        """The Spark session, started on first use."""

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        """Run a job here.

        Args:
            failed: told of each attempt that fails, by engines whose Spark writes an event log.

        Raises:
            EngineUnavailable: the engine cannot run here.
            JobFailed: the function, a file or the audit broke; nothing refers to what was staged.
        """
        return run_job(job, self)

    @abstractmethod
    def stop(self) -> None:
        """Release what the session holds; the engine can be used again afterwards."""
