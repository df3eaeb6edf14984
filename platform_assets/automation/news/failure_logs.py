"""The lines that matter of a failed run: of its error, of what its process printed, and of its clusters' logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.storage.compute_log_manager import ComputeIOType

if TYPE_CHECKING:
    from dagster._core.events.log import EventLogEntry
    from dagster_shared.error import SerializableErrorInfo

    from platform_assets.automation.news.place import Place
    from platform_assets.lake.s3 import S3Access

_TRACEBACK = "Traceback (most recent call last):\n"
_DIRECTLY = "\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE = "\nDuring handling of the above exception, another exception occurred:\n\n"
_TAIL_BYTES = 256 * 1024


def log_extract(
    place: Place,
    run_id: str,
    entries: Iterable[EventLogEntry],
    error: SerializableErrorInfo | None,
    log_locations: Iterable[str],
    s3: S3Access,
) -> str | None:
    """The extract as a text without secrets; None if nothing tells of a failure.

    Args:
        log_locations: folders of the logs of clusters that worked for the run.
        s3: how they are reached.
    """
    from platform_assets.compute.logs import extract_failure
    from platform_assets.compute.logs.cluster import read_cluster_logs
    from platform_assets.compute.logs.masking import masked
    from platform_assets.lake.store import Store

    logs = {"driver/error": as_python_prints_it(error)} if error else {}
    logs |= dict(_captured(place.instance, run_id, entries))
    notes = []
    for location in log_locations:
        cluster = location.rstrip("/").rpartition("/")[2]
        try:
            read = read_cluster_logs(location, Store(location, s3))
        except OSError as failed:
            notes.append(f"The logs in {location} could not be read: {failed}")
        else:
            logs |= {f"{cluster}/{name}": text for name, text in read.items()}
    found = extract_failure(logs)
    text = "\n".join([*([found.text] if found else []), *notes])
    return masked(text, place.secrets) or None


def as_python_prints_it(error: SerializableErrorInfo) -> str:
    """An error that Dagster kept, with its causes before it, as Python's own traceback."""
    earlier = error.cause or error.context
    before = as_python_prints_it(earlier) + (_DIRECTLY if error.cause else _MEANWHILE) if earlier else ""
    return before + _TRACEBACK + "".join(error.stack) + error.message


def _captured(instance: dg.DagsterInstance, run_id: str, entries: Iterable[EventLogEntry]) -> Iterator[tuple[str, str]]:
    """The ends of what the run's process wrote to stdout and stderr, where Dagster keeps it."""
    for entry in entries:
        event = entry.dagster_event
        if event is None or event.event_type is not dg.DagsterEventType.LOGS_CAPTURED:
            continue
        key = [run_id, "compute_logs", event.logs_captured_data.file_key]
        for stream in ComputeIOType:
            data, _ = instance.compute_log_manager.get_log_data_for_type(key, stream, 0, None)
            if data:
                yield f"process/{stream.value}", data[-_TAIL_BYTES:].decode(errors="replace")
