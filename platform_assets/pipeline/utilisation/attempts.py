"""Attempts on Spark that published nothing: they cost money too, so they are read, judged, kept and shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from platform_assets.compute import FailedAttempt, Job, JobResult
from platform_assets.compute.bookkeeping import noted
from platform_assets.compute.utilisation import EventLogError, EventLogMissing
from platform_assets.pipeline.utilisation.record import recorded
from platform_assets.pipeline.utilisation.report import UtilisationReport
from platform_assets.pipeline.utilisation.table import NOT_PUBLISHED
from platform_assets.pipeline.workspace import Workspace


def run_job_for(workspace: Workspace, table: str, partition: str | None, job: Job) -> JobResult:
    """Run a job on the workspace's engine for a partition of a table; attempts that fail are noted.

    Raises:
        EngineUnavailable, JobFailed, EmrError: as the engine does.
    """
    return workspace.engine.run(job, partial(note_attempt, workspace, table, partition))


@contextmanager
def noting_what_is_refused(
    workspace: Workspace, table: str, partition: str | None, result: JobResult
) -> Iterator[None]:
    """Publish within: if that fails, what the job made of its machines is noted all the same."""
    try:
        yield
    except Exception:
        if result.event_log is not None:
            with noted("what it made of its machines", f"Job '{result.job}'"):
                attempt = FailedAttempt(kind=NOT_PUBLISHED, event_log=result.event_log)
                note_attempt(workspace, table, partition, attempt)
        raise


def note_attempt(workspace: Workspace, table: str, partition: str | None, attempt: FailedAttempt) -> None:
    """Read, judge, keep and show an attempt; nothing if its Spark left no log, as it did not start or was killed."""
    try:
        report = recorded(workspace, table, partition, attempt.event_log, attempt.kind)
    except EventLogMissing:
        return
    except (EventLogError, OSError) as error:
        report = UtilisationReport(None, problem=str(error))
    workspace.show_attempt(attempt, report)
