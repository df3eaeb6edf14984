"""What runs on the cluster: the same job by the same function as anywhere else, told to whoever watches.

It reports by Dagster Pipes: log lines, progress and the result while it runs, and a closing message with the exception
if there was one. The result is on S3 too.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.errors import OutsideOfPipes
from platform_assets.compute.emr.messages import PROGRESS, RESULT
from platform_assets.compute.engines.base import SESSION_SETTINGS, Engine, use_connect
from platform_assets.compute.engines.spark import LOCAL_SETTINGS
from platform_assets.compute.job import Job, JobResult

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Seconds between two messages to S3, and between two looks at the progress.
REPORT_EVERY = 2.0
LOOK_EVERY = 10.0
# Of the process when it ends itself, as timeout(1) has it.
TOO_LONG = 124


class ClusterSession(Engine):
    """The Spark session of the cluster on which this process was submitted."""

    name = "emr"

    def __init__(self) -> None:
        self._session: SparkSession | None = None

    @property
    def session(self) -> SparkSession:
        """The session, with what makes all engines give the same results; sizes are the cluster's."""
        from pyspark.sql import SparkSession

        use_connect(False)
        if self._session is None:
            builder = SparkSession.builder
            for key, value in {**_formats(), **SESSION_SETTINGS}.items():
                builder = builder.config(key, value)
            self._session = builder.getOrCreate()
        return self._session

    def stop(self) -> None:
        """Stop Spark, so that its event log is complete."""
        if self._session is not None:
            self._session.stop()
            self._session = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job that the arguments name and report; raises OutsideOfPipes if there is nobody to report to."""
    given = _parsed(arguments)
    with _pipes() as pipes, _at_most(given.limit_seconds):
        pipes.log.info("The driver has started.")
        result = run(given.job, given.result, pipes)
        pipes.report_custom_message({"kind": RESULT, "result": result.model_dump(mode="json")})


def run(job_location: str, result_location: str, pipes: Any) -> JobResult:
    """Run the job at a location on this cluster and write its result; log lines and progress go to ``pipes``."""
    s3 = _s3()
    content = objects.read(s3, job_location)
    if content is None:
        raise FileNotFoundError(f"There is no job at {job_location}. It is written before the cluster starts.")
    job = Job.model_validate_json(content)
    engine = ClusterSession()
    try:
        with _logging_to(pipes), _progress_of(engine.session, pipes):
            result = engine.run(job)
        objects.write(s3, result_location, result.model_dump_json().encode())
        return result
    finally:
        engine.stop()


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True)
    parser.add_argument("--result", required=True)
    parser.add_argument("--limit-seconds", type=float, required=True)
    # Pipes reads its own arguments itself.
    return parser.parse_known_args(arguments)[0]


def _pipes() -> Any:
    from dagster_pipes import (
        PipesCliArgsParamsLoader,
        PipesS3ContextLoader,
        PipesS3MessageWriter,
        open_dagster_pipes,
    )

    params: Any = PipesCliArgsParamsLoader()  # type: ignore[no-untyped-call]
    if not params.is_dagster_pipes_process():
        # Pipes itself would return an object that takes every message and tells nobody.
        raise OutsideOfPipes
    s3 = _s3()
    return open_dagster_pipes(
        context_loader=PipesS3ContextLoader(s3),
        message_writer=PipesS3MessageWriter(s3, interval=REPORT_EVERY),
        params_loader=params,
    )


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End this process if that takes longer: a job that hangs must not keep a cluster when nobody watches it."""

    def end() -> None:
        print(f"The job took longer than its {seconds:.0f} s; the driver ends itself.", file=sys.stderr, flush=True)
        os._exit(TOO_LONG)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _logging_to(pipes: Any) -> Iterator[None]:
    """What the platform and products log goes to the run's log as well; libraries' chatter stays in the cluster's."""
    log = logging.getLogger("platform_assets")
    handler, level = pipes.log.handlers[0], log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@contextmanager
def _progress_of(session: SparkSession, pipes: Any) -> Iterator[None]:
    ended = threading.Event()
    thread = threading.Thread(target=_report_progress, args=(session, pipes, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(LOOK_EVERY)


def _report_progress(session: SparkSession, pipes: Any, ended: threading.Event) -> None:
    tracker = session.sparkContext.statusTracker()
    while not ended.wait(LOOK_EVERY):
        stages = [info for stage in tracker.getActiveStageIds() if (info := tracker.getStageInfo(stage)) is not None]
        if stages:
            done, tasks = sum(stage.numCompletedTasks for stage in stages), sum(stage.numTasks for stage in stages)
            names = ", ".join(dict.fromkeys(stage.name for stage in stages))
            pipes.report_custom_message({"kind": PROGRESS, "done": done, "tasks": tasks, "stages": names})


def _formats() -> dict[str, str]:
    return {
        key: value
        for key, value in LOCAL_SETTINGS.items()
        if key.startswith("spark.sql.") and key != "spark.sql.shuffle.partitions"
    }


def _s3() -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(retries={"total_max_attempts": 10, "mode": "standard"}))
