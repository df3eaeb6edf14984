"""News of models whose champion changed: promotions and rollbacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from platform_assets.alerts.news import News
from platform_assets.automation.news.place import Place

#: How :func:`platform_assets.pipeline.promotion.roll_back_champion` begins its reason.
_ROLLED_BACK = "rolled back from version"
_PAGE = 20


def champion_news(
    place: Place, seen: dict[str, int] | None, models: Iterable[str]
) -> tuple[list[News], dict[str, int]]:
    """Champions made since; the first look at a model only remembers how far its history goes.

    ``seen`` has the number of the newest event by model.
    """
    known, news = dict(seen or {}), []
    for model in models:
        key = dg.AssetKey(f"{model}_champion")
        if model not in known:
            newest = place.instance.fetch_materializations(key, limit=1).records
            known[model] = newest[0].storage_id if newest else 0
            continue
        made = list(_made(key, known[model], place.instance))
        news += [_news(place, model, record) for record in made]
        known[model] = max([known[model], *(record.storage_id for record in made)])
    return news, known


def _made(key: dg.AssetKey, newest: int, instance: dg.DagsterInstance) -> Iterator[dg.EventLogRecord]:
    while True:
        wanted = dg.AssetRecordsFilter(key, after_storage_id=newest)
        page = instance.fetch_materializations(wanted, limit=_PAGE, ascending=True).records
        yield from page
        if len(page) < _PAGE:
            return
        newest = page[-1].storage_id


def _news(place: Place, model: str, record: dg.EventLogRecord) -> News:
    event, asset = record.asset_materialization, f"{model}_champion"
    facts: dict[str, Any] = {name: value.value for name, value in event.metadata.items()} if event else {}
    version, reason = facts.get("model version", "?"), str(facts.get("reason", ""))
    back = reason.startswith(_ROLLED_BACK)
    against = " although gates had refused it" if facts.get("override") else ""
    decided = facts.get("decided by", "")
    return News(
        kind="rollback" if back else "promotion",
        state="told",
        asset=asset,
        rule="champion",
        owner=place.owner(asset),
        title=f"{model}: version {version} is champion {'again' if back else 'now'}{against}",
        message=f"Decided by {decided}: {reason}" if decided else reason,
        at=datetime.fromtimestamp(record.timestamp, UTC),
        links=(place.asset_link(asset), *([place.run_link(record.run_id)] if record.run_id else [])),
    )
