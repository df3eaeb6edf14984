"""News of assets that are older than declared; Dagster's own daemon judges them."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.freshness import FreshnessState

from platform_assets.alerts.news import News
from platform_assets.automation.news.place import Place

FRESH = "fresh"
# Of an asset that one look reads.
_CHANGES = 20
_TOO_OLD = "No new data within the declared freshness_days. Look whether its source delivers and its runs succeed."


def freshness_news(place: Place, seen: dict[str, float] | None) -> tuple[list[News], dict[str, float]]:
    """Assets that became too old or fresh again since; the first look tells those that are too old.

    ``seen`` has the time of the newest change by asset.
    """
    known, news = dict(seen or {}), []
    promised = [key for key in place.graph.get_all_asset_keys() if place.graph.get(key).freshness_policy is not None]
    for key, record in place.instance.get_freshness_state_records(promised).items():
        asset, changed = key.to_user_string(), record.updated_at.timestamp()
        if changed <= known.get(asset, 0.0):
            continue
        fails = record.freshness_state is FreshnessState.FAIL
        passed = _passed(place, key, known.get(asset, 0.0), changed) if seen is not None and not fails else None
        known[asset] = changed
        news += [_news(place, asset, True, passed)] if passed is not None else []
        news.append(_news(place, asset, fails, changed))
    return news, known


def _passed(place: Place, key: dg.AssetKey, since: float, until: float) -> float | None:
    """When the asset was too old last between two looks, in seconds since 1970; None if it never was."""
    wanted = dg.EventRecordsFilter(dg.DagsterEventType.FRESHNESS_STATE_CHANGE, asset_key=key)
    records = place.instance.event_log_storage.get_event_records(wanted, limit=_CHANGES)
    changes = [record.event_log_entry.dagster_event for record in records]
    data = [change.asset_freshness_state_change_data for change in changes if change is not None]
    times = [each.state_change_timestamp for each in data if each.new_state is FreshnessState.FAIL]
    return max((time for time in times if since < time < until), default=None)


def _news(place: Place, asset: str, too_old: bool, changed: float) -> News:
    return News(
        kind="freshness",
        state="broken" if too_old else "mended",
        asset=asset,
        rule=FRESH,
        owner=place.owner(asset),
        title=f"{asset} is older than promised",
        message=_TOO_OLD if too_old else "New data came.",
        at=datetime.fromtimestamp(changed, UTC),
        links=(place.asset_link(asset),),
    )
