"""A failed run: what was to be made, why it was not, and the lines of its logs that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.alerts.news import Attachment, Link
from platform_assets.automation.news.failure_logs import log_extract
from platform_assets.automation.news.place import NOBODY, OWNER_TAG

if TYPE_CHECKING:
    from dagster._core.events.log import EventLogEntry
    from dagster._core.execution.plan.objects import StepFailureData
    from dagster_shared.error import SerializableErrorInfo

    from platform_assets.automation.news.place import Place
    from platform_assets.lake.s3 import S3Access

# Errors by which a partition is refused: the data is at fault, and the message says all there is to say.
_REFUSALS = frozenset({"PartitionRefused", "DeliveryRefused", "DeliveryMissing"})
_RANGE_END = "dagster/asset_partition_range_end"
_OF_INTEREST = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_OBSERVATION,
    dg.DagsterEventType.LOGS_CAPTURED,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.STEP_FAILURE,
}


@dataclass(frozen=True)
class FailedRun:
    """A failed run, as far as one of its assets goes.

    Attributes:
        asset: that was to be made and was not; empty if the run makes none.
        job: its name, if it makes no asset; else empty.
        owner: who answers for the asset, or the job.
        partition: the one it was to make, or the last of a range.
        refused: whether the data was at fault.
    """

    run_id: str
    asset: str
    job: str
    owner: str
    partition: str | None
    at: datetime
    message: str
    refused: bool
    links: tuple[Link, ...]
    attachment: Attachment | None

    @property
    def subject(self) -> str:
        """What has to be made to mend it."""
        return self.partition or ""


def failed_runs(place: Place, run_id: str, s3: S3Access, extracts: int) -> list[FailedRun]:
    """What the event log and the logs tell of a failed run: one for each asset that a failed step did not make.

    Args:
        extracts: logs are read for so many at most.
    """
    entries = _entries(place.instance, run_id)
    failures = [entry for entry in entries if _type(entry) is dg.DagsterEventType.STEP_FAILURE]
    found: dict[str, FailedRun] = {}
    # A run can fail without a step of its own: its process died, or it was never started.
    told: Sequence[EventLogEntry | None] = failures or [None]
    for failure in told:
        asset = _asset(entries, failure.step_key if failure else None)
        if asset not in found:
            found[asset] = _failed_run(place, run_id, s3, asset, failure, entries, with_extract=len(found) < extracts)
    return list(found.values())


def _failed_run(
    place: Place,
    run_id: str,
    s3: S3Access,
    asset: str,
    failure: EventLogEntry | None,
    entries: list[EventLogEntry],
    *,
    with_extract: bool,
) -> FailedRun:
    from platform_assets.compute.logs.masking import masked

    run = place.instance.get_run_by_id(run_id)
    tags: Mapping[str, str] = run.tags if run else {}
    data = _failure(failure) if failure else None
    error = data.error if data else None
    refused = bool(_REFUSALS & set(_names(error)))
    own = _of_step(entries, failure.step_key) if failure else entries
    facts = _facts(own)
    wanted = with_extract and not refused
    extract = log_extract(place, run_id, own, error, facts.log_locations, s3) if wanted else None
    return FailedRun(
        run_id=run_id,
        asset=asset,
        job="" if asset or run is None else run.job_name,
        owner=place.owner(asset) if asset else tags.get(OWNER_TAG, NOBODY),
        partition=tags.get("dagster/partition") or tags.get(_RANGE_END),
        at=_moment(entries),
        message=masked(_message(data, entries), place.secrets),
        refused=refused,
        links=facts.links,
        attachment=Attachment(name="extract.txt", text=extract) if extract else None,
    )


def _of_step(entries: list[EventLogEntry], step: str | None) -> list[EventLogEntry]:
    """What a step did and printed: what another step of the run did explains nothing of its failure."""
    return [entry for entry in entries if step in _steps(entry) or not _steps(entry)]


def _steps(entry: EventLogEntry) -> list[str]:
    event = entry.dagster_event
    if event is not None and event.event_type is dg.DagsterEventType.LOGS_CAPTURED:
        return list(event.logs_captured_data.step_keys or [])
    return [entry.step_key] if entry.step_key else []


@dataclass(frozen=True)
class _Facts:
    """What a cluster's observations say of it."""

    links: tuple[Link, ...]
    log_locations: tuple[str, ...]


def _facts(entries: list[EventLogEntry]) -> _Facts:
    links: list[Link] = []
    locations: list[str] = []
    for entry in entries:
        observed = entry.asset_observation
        for label, value in (observed.metadata if observed else {}).items():
            if isinstance(value, dg.UrlMetadataValue) and value.url:
                links.append(Link(label=label, url=value.url))
            elif label == "logs" and isinstance(value, dg.PathMetadataValue) and value.path:
                locations.append(value.path)
                links += [Link(label="logs", url=_shown_at(value.path))] if value.path.startswith("s3://") else []
    return _Facts(tuple(dict.fromkeys(links)), tuple(dict.fromkeys(locations)))


def _shown_at(location: str) -> str:
    """The page of a folder on S3 in Amazon's console."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    return f"https://s3.console.aws.amazon.com/s3/buckets/{bucket}?prefix={prefix}"


def _entries(instance: dg.DagsterInstance, run_id: str) -> list[EventLogEntry]:
    records = instance.get_records_for_run(run_id, of_type=_OF_INTEREST).records
    return [record.event_log_entry for record in records]


def _type(entry: EventLogEntry) -> dg.DagsterEventType | None:
    return entry.dagster_event.event_type if entry.dagster_event else None


def _failure(entry: EventLogEntry) -> StepFailureData | None:
    return entry.dagster_event.step_failure_data if entry.dagster_event else None


def _asset(entries: list[EventLogEntry], step: str | None) -> str:
    made = {entry.asset_materialization.asset_key for entry in entries if entry.asset_materialization}
    planned = [
        entry
        for entry in entries
        if _type(entry) is dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED and entry.dagster_event
    ]
    missing = [
        (entry.step_key == step, entry.dagster_event.asset_key)
        for entry in planned
        if entry.dagster_event and entry.dagster_event.asset_key not in made
    ]
    of_step = [key for is_its, key in missing if is_its and key]
    others = [key for _, key in missing if key]
    return next((key.to_user_string() for key in [*of_step, *others]), "")


def _names(error: SerializableErrorInfo | None) -> list[str]:
    names = []
    while error is not None:
        names.append(error.cls_name or "")
        error = error.cause or error.context
    return names


def _message(data: StepFailureData | None, entries: list[EventLogEntry]) -> str:
    if data is not None and data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    if data is not None and data.error is not None:
        innermost: Any = data.error
        while innermost.cause is not None:
            innermost = innermost.cause
        return str(innermost.message).strip()
    ended = [entry for entry in entries if _type(entry) is dg.DagsterEventType.RUN_FAILURE]
    return (ended[-1].user_message or ended[-1].message).strip() if ended else "The run failed without a message."


def _moment(entries: list[EventLogEntry]) -> datetime:
    return datetime.fromtimestamp(max(entry.timestamp for entry in entries), UTC)
