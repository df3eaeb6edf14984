"""News of models that do not hold the level of their validation: decay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from platform_assets.alerts.news import News
from platform_assets.automation.news.place import Place

LEVEL_CHECK = "holds_validation_level"
_ANSWERED = frozenset({AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED})


def level_news(
    place: Place, seen: dict[str, float] | None, models: Iterable[str]
) -> tuple[list[News], dict[str, float]]:
    """What each model's newest performance says, if it was judged since; the first look tells a fall that stands.

    ``seen`` has the time of the newest answer by model.
    """
    known, news = dict(seen or {}), []
    keys = {dg.AssetCheckKey(dg.AssetKey(f"{model}_performance"), LEVEL_CHECK): model for model in models}
    latest = place.instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys))
    for key, record in latest.items():
        event = record.event
        if event is None or record.status not in _ANSWERED or event.timestamp <= known.get(keys[key], 0.0):
            continue
        known[keys[key]] = event.timestamp
        news.append(_news(place, keys[key], event))
    return news, known


def _news(place: Place, model: str, event: dg.EventLogEntry) -> News:
    asset = f"{model}_performance"
    answer = event.dagster_event.asset_check_evaluation_data if event.dagster_event else None
    partition = answer.partition if answer else None
    return News(
        kind="decay",
        state="mended" if answer and answer.passed else "broken",
        asset=asset,
        rule=LEVEL_CHECK,
        owner=place.owner(asset),
        title=f"{model} {partition or ''}: below its level".replace(" :", ":"),
        message=(answer.description if answer else None) or "",
        at=datetime.fromtimestamp(event.timestamp, UTC),
        links=(place.asset_link(asset, partition),),
    )
