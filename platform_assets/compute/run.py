"""Execute a job on an engine: read, call the function, stage the rows, audit them where they are."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from platform_assets.compute.arrow import as_arrow
from platform_assets.compute.errors import JobFailed
from platform_assets.compute.job import Job, JobResult, Output, StagedFiles, TableInput, TimeFilter
from platform_assets.lake.store import Store

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
    if table.types is None:
        frame = session.read.parquet(*table.files).select(*table.columns)
    else:
        frame = _of_different_age(session, table.files, dict(zip(table.columns, table.types, strict=True)))
    return _within(frame, table.window) if table.window else frame


def _of_different_age(session: SparkSession, files: list[str], types: dict[str, str]) -> DataFrame:
    """Files with different columns as one DataFrame; engines differ in what they make of them, so none is asked to."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for file in files:
        alike.setdefault(tuple(session.read.parquet(file).dtypes), []).append(file)
    frames = [_with_types(session.read.parquet(*group), types) for group in alike.values()]
    return functools.reduce(lambda first, second: first.unionAll(second), frames)


def _with_types(frame: DataFrame, types: dict[str, str]) -> DataFrame:
    from pyspark.sql import functions as F

    found = set(frame.columns)
    columns = {name: F.col(name) if name in found else F.lit(None) for name in types}
    return frame.select(*(column.cast(types[name]).alias(name) for name, column in columns.items()))


def write_output(frame: DataFrame, output: Output) -> StagedFiles:
    """Stage a frame's rows as Parquet below the output's location; refused rows apart."""
    from pyspark.sql import functions as F

    typed = [F.col(name).cast(kind).alias(name) for name, kind in output.columns]
    refusal = output.refusal_column
    if refusal is None or refusal not in frame.columns:
        return StagedFiles(files=_write(frame.select(*typed), output.location, output.sort_by))
    # Refused rows are rare, and counting them first costs less than to filter every delivery twice.
    if as_arrow(frame.agg(F.count(refusal).alias("refused"))).column("refused")[0].as_py() == 0:
        return StagedFiles(files=_write(frame.select(*typed), output.location, output.sort_by))
    accepted, refused = frame.filter(F.col(refusal).isNull()), frame.filter(F.col(refusal).isNotNull())
    return StagedFiles(
        files=_write(accepted.select(*typed), output.location, output.sort_by),
        refused_files=_write(refused, f"{output.location}/refused", []),
    )


def _write(frame: DataFrame, location: str, sort_by: list[str]) -> list[str]:
    # Few files keep planning and reading fast. Spark writes one; Sail deals the batches of a larger one to four, each
    # sorted in itself (DataFusion's minimum_parallel_output_files, for which Sail 0.7 has no setting).
    ordered = frame.coalesce(1).sortWithinPartitions(*sort_by) if sort_by else frame.coalesce(1)
    ordered.write.mode("append").option("compression", "zstd").parquet(location)
    store = Store(location)
    written = [
        file.location
        for file in store.list(location)
        if re.fullmatch(r"/[^/]+\.parquet", file.location[len(location) :])
    ]
    return written or [_write_empty(frame, store)]


def _write_empty(frame: DataFrame, store: Store) -> str:
    """One file without rows: some engines write no file then, but what reads the staged rows needs their columns."""
    location = store.location("empty.parquet")
    store.write_parquet(location, as_arrow(frame.limit(0)))
    return location


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
