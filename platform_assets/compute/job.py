"""A job in a form that can be sent anywhere: which function, over which files, into which folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeFilter(_Message):
    """Keep rows whose ``column`` lies in ``[start, end)``; ISO texts in UTC."""

    column: str
    start: str
    end: str


class TableInput(_Message):
    """Rows that a job reads: Parquet files that the lake planned, narrowed to a window of time.

    ``types`` are the columns' Spark SQL types, given if the files may have different ones: a column that a file lacks
    reads as null, and a narrower type is widened. Otherwise every file has all columns in the same types.
    ``bytes`` are those of the files as they are stored.
    """

    files: list[str]
    bytes: int = 0
    columns: list[str]
    types: list[str] | None = None
    window: TimeFilter | None = None


class Output(_Message):
    """Where a job stages its rows.

    ``columns`` are (name, Spark SQL type) in table order. If ``refusal_column`` is set and the function's frame has it,
    rows in which it is not null go to the folder ``refused`` instead, with the broken rules.
    """

    location: str
    columns: list[tuple[str, str]]
    window: TimeFilter | None = None
    refusal_column: str | None = None
    sort_by: list[str] = []


class Job(_Message):
    """One unit of work for an engine.

    Attributes:
        name: shown in logs and errors.
        function: ``package.module:function``; called with one DataFrame per input, by name, plus ``parameters``.
            If it takes a parameter named ``session``, it gets the Spark session.
        audit: ``package.module:function`` called with the session, the result and ``audit_parameters`` once the rows
            are staged, where the data is; must return JSON.
    """

    name: str
    function: str
    inputs: dict[str, TableInput] = {}
    parameters: dict[str, Any] = {}
    output: Output
    audit: str | None = None
    audit_parameters: dict[str, Any] = {}


class StagedFiles(_Message):
    """What a job staged: paths of Parquet files."""

    files: list[str]
    refused_files: list[str] = []


class EventLog(_Message):
    """Where Spark's event log of a job is.

    Attributes:
        location: its file or folder, see :func:`platform_assets.compute.utilisation.read_event_log`.
        started, ended: the part of it that is the job's; None if all of it is.
        usd_per_core_hour: what an hour of an executor's core cost, instance and EMR fee; None where nobody is billed.
        attempt: which attempt at the job wrote it, from 1.
        machine_metrics: file of what the machines did meanwhile; None if they were not measured.
    """

    location: str
    started: datetime | None = None
    ended: datetime | None = None
    usd_per_core_hour: float | None = None
    attempt: int = 1
    machine_metrics: str | None = None


class FailedAttempt(_Message):
    """An attempt at a job on Spark that gave no result.

    Attributes:
        kind: of the failure: ``failed`` on this machine, one of :data:`platform_assets.compute.emr.failures.Kind` on a
            cluster.
        event_log: where Spark wrote what the attempt did, if it came that far.
    """

    kind: str
    event_log: EventLog


# Told of an attempt as it ends, before the next one begins; what it raises does not change what becomes of the job.
FailedListener = Callable[[FailedAttempt], None]


def tell_nobody(_attempt: FailedAttempt) -> None:
    """The listener of those who do not ask."""


class JobResult(_Message):
    """What a job did; ``audit`` is the audit function's answer.

    ``held_bytes`` is the memory of the engine's process as the job began, and ``peak_bytes`` the most while it ran,
    where the engine can tell; ``event_log`` is what Spark wrote, if the engine is Spark.
    """

    job: str
    engine: str
    staged: StagedFiles
    seconds: float
    audit: dict[str, Any] = Field(default_factory=dict)
    event_log: EventLog | None = None
    held_bytes: int | None = None
    peak_bytes: int | None = None
