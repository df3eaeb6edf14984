"""After a job on Spark: its event log is read, its figures are kept, and what to change is said."""

from __future__ import annotations

from dataclasses import dataclass, replace

from platform_assets.compute import EventLog, JobResult
from platform_assets.compute.utilisation import (
    EventLogError,
    MachineMetrics,
    MachineMetricsBroken,
    Period,
    Utilisation,
    read_event_log,
    read_machine_metrics,
)
from platform_assets.compute.utilisation.advice import Advice, advise
from platform_assets.lake.errors import LakeError
from platform_assets.lake.partitions import Values
from platform_assets.lake.store import Store
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.utilisation.report import UtilisationReport
from platform_assets.pipeline.utilisation.table import PUBLISHED, UTILISATION, WHOLE, utilisation_rows
from platform_assets.pipeline.workspace import Workspace


def with_utilisation(workspace: Workspace, table: str, result: JobResult, done: Materialisation) -> Materialisation:
    """A materialisation with what its job made of its machines, which is read, judged and kept in a table.

    Without a change if the job did not run on Spark. Its rows are published by now, which neither a log that cannot be
    read undoes nor a table of utilisation that cannot be written: the report says so instead.
    """
    if result.event_log is None:
        return done
    try:
        report = recorded(workspace, table, done.partition, result.event_log, PUBLISHED)
    except (EventLogError, OSError) as error:
        report = UtilisationReport(None, problem=str(error))
    return replace(done, utilisation=report)


def recorded(workspace: Workspace, table: str, partition: str | None, log: EventLog, outcome: str) -> UtilisationReport:
    """What one attempt made of its machines, read, judged and kept; a table that cannot be written is told in it.

    Args:
        table, partition: what the attempt worked on.
        outcome: what became of it, as the column ``outcome`` has it.

    Raises:
        EventLogError: its log cannot be read, and nothing is known of its machines either; nothing is kept.
        OSError: the disk or the server does not give it, likewise.
    """
    machines, untold = _machines(log, workspace.lake.store)
    try:
        utilisation = read_log(log, workspace.lake.store)
    except (EventLogError, OSError) as error:
        if machines is None:
            raise
        return UtilisationReport(None, problem=str(error), machines=machines)
    read = _Read(log, utilisation, advise(utilisation, log.usd_per_core_hour), machines)
    problem = None
    try:
        _publish(workspace, {"table": table, "partition": partition or WHOLE}, outcome, read)
    except (LakeError, OSError) as error:
        problem = f"not in {UTILISATION.name}: {error}"
    return UtilisationReport(utilisation, tuple(read.advice), problem, machines, untold)


def read_log(log: EventLog, store: Store) -> Utilisation:
    """The part of an event log that is a job's; the log need not be in the lake's store, but S3 is reached as it is.

    Raises:
        EventLogError: it cannot be read.
        OSError: the disk or the server does not give it.
    """
    period = Period(log.started, log.ended) if log.started and log.ended else None
    return read_event_log(log.location, Store(log.location, store.s3), period)


@dataclass(frozen=True)
class _Read:
    log: EventLog
    utilisation: Utilisation
    advice: list[Advice]
    machines: MachineMetrics | None


def _machines(log: EventLog, store: Store) -> tuple[MachineMetrics | None, str | None]:
    """What the machines did, or why it is not known; neither if they were not measured."""
    if log.machine_metrics is None:
        return None, None
    try:
        return read_machine_metrics(log.machine_metrics, Store(log.machine_metrics, store.s3)), None
    except (MachineMetricsBroken, OSError) as error:
        return None, str(error)


def _publish(workspace: Workspace, made: dict[str, str], outcome: str, read: _Read) -> None:
    import pyarrow as pa

    # Attempts of a run have logs of their own, on clusters; here one application writes those of all jobs.
    attempt = {"run_id": workspace.run_id, **made, "event_log": read.log.location}
    common = {**attempt, "attempt": read.log.attempt, "outcome": outcome}
    rows = utilisation_rows(read.utilisation, read.advice, common, read.machines)
    columns = {name: [row.get(name) for row in rows] for name in UTILISATION.column_names}
    properties = {"run-id": workspace.run_id, "partition": made["partition"]}
    workspace.lake.publish_rows(UTILISATION, Values(tuple(attempt.items())), pa.table(columns), properties)
