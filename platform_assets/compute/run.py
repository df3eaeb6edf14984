"""Execute a job on an engine: read, call the function, stage the rows, audit them where they are."""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.compute.errors import JobFailed
from platform_assets.compute.job import Job, JobResult, Output, StagedFiles, TableInput, TimeFilter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from platform_assets.compute.engines.base import Engine


def run_job(job: Job, engine: Engine) -> JobResult:
    """Run ``job`` on ``engine``.

    Raises:
        EngineUnavailable: the engine cannot run here.
        JobFailed: the function, a file or the audit broke; nothing refers to what was staged.
    """
    started = time.perf_counter()
    session = engine.session
    try:
        staged = _stage(session, job)
        audit = _audit(session, job, staged)
    except Exception as error:
        raise JobFailed(job.name, engine.name, error) from error
    return JobResult(
        job=job.name, engine=engine.name, staged=staged, seconds=time.perf_counter() - started, audit=audit
    )


def load_function(path: str) -> Callable[..., Any]:
    """The function named ``package.module:function``."""
    module, _, name = path.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _stage(session: SparkSession, job: Job) -> StagedFiles:
    function = load_function(job.function)
    arguments: dict[str, Any] = {name: read_input(session, table) for name, table in job.inputs.items()}
    if "session" in inspect.signature(function).parameters:
        arguments["session"] = session
    frame: DataFrame = function(**arguments, **job.parameters)
    if job.output.window is not None:
        frame = _within(frame, job.output.window)
    return write_output(frame, job.output)


def read_input(session: SparkSession, table: TableInput) -> DataFrame:
    """The rows of an input as a DataFrame."""
    frame = session.read.parquet(*table.files).select(*table.columns)
    return _within(frame, table.window) if table.window else frame


def write_output(frame: DataFrame, output: Output) -> StagedFiles:
    """Stage a frame's rows as Parquet below the output's location; refused rows apart."""
    from pyspark.sql import functions as F

    typed = [F.col(name).cast(kind).alias(name) for name, kind in output.columns]
    refusal = output.refusal_column
    if refusal is None or refusal not in frame.columns:
        return StagedFiles(files=_write(frame.select(*typed), output.location, output.sort_by))
    accepted = frame.filter(F.col(refusal).isNull()).select(*typed)
    files = _write(accepted, output.location, output.sort_by)
    refused = frame.filter(F.col(refusal).isNotNull())
    if refused.limit(1).count() == 0:
        return StagedFiles(files=files)
    return StagedFiles(files=files, refused_files=_write(refused, f"{output.location}/refused", []))


def _write(frame: DataFrame, location: str, sort_by: list[str]) -> list[str]:
    # One file a partition: the partitions of a laptop are small, and few files keep planning and reading fast.
    ordered = frame.coalesce(1).sortWithinPartitions(*sort_by) if sort_by else frame.coalesce(1)
    ordered.write.mode("append").option("compression", "zstd").parquet(location)
    return sorted(str(path) for path in Path(location).glob("*.parquet")) or [_write_empty(frame, location)]


def _write_empty(frame: DataFrame, location: str) -> str:
    """One file without rows: some engines write no file then, but what reads the staged rows needs their columns."""
    import pyarrow.parquet as pq

    path = Path(location) / "empty.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(frame.limit(0).toArrow(), path)
    return str(path)


def _within(frame: DataFrame, window: TimeFilter) -> DataFrame:
    from pyspark.sql import functions as F

    column = F.col(window.column)
    start, end = (F.lit(text).cast("timestamp") for text in (window.start, window.end))
    return frame.filter((column >= start) & (column < end))


def _audit(session: SparkSession, job: Job, staged: StagedFiles) -> dict[str, Any]:
    if job.audit is None:
        return {}
    result: dict[str, Any] = load_function(job.audit)(session, staged, **job.audit_parameters)
    return result
