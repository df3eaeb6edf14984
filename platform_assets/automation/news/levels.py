"""News of models that do not hold the level of their validation: decay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from platform_assets.alerts.news import News
from platform_assets.automation.news.place import Place

LEVEL_CHECK = "holds_validation_level"
# Answers that one look reads; after a longer outage the newest matter.
_PAGE = 100
_ANSWERED = frozenset({AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED})


def level_news(place: Place, seen: dict[str, Any] | None, models: Iterable[str]) -> tuple[list[News], dict[str, Any]]:
    """What each answer since said of its model then; the first look tells a fall that stands.

    ``seen`` has the time of the newest answer by model, and the newest partition that was judged: what an old one is
    judged again says nothing of the model as it is.
    """
    known, news = {model: _Judged.of(kept) for model, kept in (seen or {}).items()}, []
    storage = place.instance.event_log_storage
    keys = {dg.AssetCheckKey(dg.AssetKey(f"{model}_performance"), LEVEL_CHECK): model for model in models}
    for key, latest in storage.get_latest_asset_check_execution_by_key(list(keys)).items():
        model, judged = keys[key], known.get(keys[key], _Judged())
        # While a run is on its way, others may have been answered before it.
        if latest.status in _ANSWERED and latest.event is not None and latest.event.timestamp <= judged.at:
            continue
        page = storage.get_asset_check_execution_history(key, _PAGE, None, set(_ANSWERED))
        new = [each.event for each in page if each.event is not None and each.event.timestamp > judged.at]
        told: list[News] = []
        for event in sorted(new, key=lambda event: event.timestamp):
            if _partition(event) >= judged.partition:
                told.append(_news(place, model, event))
            known[model] = judged = _Judged(event.timestamp, max(judged.partition, _partition(event)))
        news += told if seen is not None else told[-1:]
    return news, {model: asdict(judged) for model, judged in known.items()}


@dataclass(frozen=True)
class _Judged:
    """How far a model was judged: the time of the newest answer, and the newest partition."""

    at: float = 0.0
    partition: str = ""

    @staticmethod
    def of(kept: Any) -> _Judged:
        # The time alone was kept at first.
        return _Judged(**kept) if isinstance(kept, dict) else _Judged(float(kept))


def _partition(event: dg.EventLogEntry) -> str:
    answer = event.dagster_event.asset_check_evaluation_data if event.dagster_event else None
    return (answer.partition if answer else None) or ""


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
        links=(*([place.run_link(event.run_id)] if event.run_id else []), place.asset_link(asset, partition)),
    )
