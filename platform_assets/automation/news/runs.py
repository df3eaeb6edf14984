"""News of runs that failed, and of assets that were made after all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.alerts.message import ATTACHMENTS
from platform_assets.alerts.news import Kind, News
from platform_assets.automation.news.failed_run import FailedRun, failed_runs
from platform_assets.automation.news.place import Place

if TYPE_CHECKING:
    from platform_assets.lake.s3 import S3Access

#: The rule that a failed run breaks.
MADE = "made"
_PAGE = 50


def run_news(
    place: Place, seen: dict[str, Any] | None, s3: S3Access, has_time: Callable[[], bool]
) -> tuple[list[News], dict[str, Any]]:
    """What failed since, and what was mended of all that failed.

    ``seen`` has the number of the newest failure and, for each that stands, what would mend it. The first look only
    remembers where the log ends.
    """
    if seen is None:
        return [], {"newest": _newest(place.instance), "standing": []}
    news, standing = _with_ends(place, seen["standing"])
    failed_now: list[dict[str, Any]] = []
    newest, extracts = seen["newest"], ATTACHMENTS
    for record in _failures(place.instance, newest):
        if not has_time():
            break
        # A message has no more files than these, and reading the logs of many runs would outlast a look.
        for failed in failed_runs(place, record.run_id, s3, extracts):
            known = _standing(failed)
            standing = [each for each in standing if _thing(each) != _thing(known)]
            failed_now = [each for each in failed_now if _thing(each) != _thing(known)] + [known]
            news.append(_failed(place, failed))
            extracts -= not failed.refused
        newest = record.storage_id
    # What was made meanwhile, by a retry for example, came and went.
    ends, still = _with_ends(place, failed_now)
    return [*news, *ends], {"newest": newest, "standing": [*standing, *still]}


def _with_ends(place: Place, standing: Iterable[dict[str, Any]]) -> tuple[list[News], list[dict[str, Any]]]:
    """News of what was made since it failed, and the others."""
    news: list[News] = []
    others: list[dict[str, Any]] = []
    for known in standing:
        mended_at = _mended_at(place.instance, known)
        if mended_at is None:
            others.append(known)
        else:
            news.append(_mended(place, known, mended_at))
    return news, others


def _newest(instance: dg.DagsterInstance) -> int:
    records = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=1).records
    return records[0].storage_id if records else 0


def _failures(instance: dg.DagsterInstance, newest: int) -> Iterator[dg.EventLogRecord]:
    while True:
        wanted = dg.RunStatusChangeRecordsFilter(dg.DagsterEventType.RUN_FAILURE, after_storage_id=newest)
        page = instance.fetch_run_status_changes(wanted, limit=_PAGE, ascending=True).records
        yield from page
        if len(page) < _PAGE:
            return
        newest = page[-1].storage_id


def _failed(place: Place, failed: FailedRun) -> News:
    thing = " ".join(part for part in (failed.asset or failed.job, failed.partition) if part)
    asset = [place.asset_link(failed.asset, failed.partition)] if failed.asset else []
    return News(
        kind=_kind(failed),
        state="broken",
        asset=failed.asset or failed.job,
        rule=MADE,
        owner=failed.owner,
        title=f"{thing} was refused" if failed.refused else f"{thing} failed",
        message=failed.message,
        at=failed.at,
        subject=failed.subject,
        links=(place.run_link(failed.run_id), *asset, *failed.links),
        attachment=failed.attachment,
    )


def _kind(failed: FailedRun) -> Kind:
    return "refused_partition" if failed.refused else "run_failure"


def _mended(place: Place, known: dict[str, Any], at: datetime) -> News:
    name, partition = known["asset"] or known["job"], known["subject"] or None
    return News(
        # Before its kind was kept it was told as a failed run.
        kind=known.get("kind", "run_failure"),
        state="mended",
        asset=name,
        rule=MADE,
        # It was not kept at first.
        owner=known.get("owner") or place.owner(name),
        title=" ".join(part for part in (name, partition) if part),
        message=f"It was made at {at:%Y-%m-%d %H:%M} UTC.",
        at=at,
        subject=known["subject"],
        links=(place.asset_link(name, partition),) if known["asset"] else (),
    )


def _mended_at(instance: dg.DagsterInstance, known: dict[str, Any]) -> datetime | None:
    """When the asset was made, or the job succeeded, after it had failed."""
    if known["asset"]:
        wanted = dg.AssetRecordsFilter(
            dg.AssetKey.from_user_string(known["asset"]),
            asset_partitions=[known["subject"]] if known["subject"] else None,
            after_timestamp=known["at"],
        )
        made = instance.fetch_materializations(wanted, limit=1).records
        return datetime.fromtimestamp(made[0].timestamp, UTC) if made else None
    succeeded = dg.RunsFilter(
        job_name=known["job"],
        statuses=[dg.DagsterRunStatus.SUCCESS],
        created_after=datetime.fromtimestamp(known["at"], UTC),
    )
    runs = instance.get_run_records(succeeded, limit=1)
    return runs[0].update_timestamp.replace(tzinfo=UTC) if runs else None


def _standing(failed: FailedRun) -> dict[str, Any]:
    return {
        "kind": _kind(failed),
        "asset": failed.asset,
        "job": failed.job,
        "owner": failed.owner,
        "subject": failed.subject,
        "at": failed.at.timestamp(),
    }


def _thing(known: dict[str, Any]) -> tuple[str, str, str]:
    return known["asset"], known["job"], known["subject"]
