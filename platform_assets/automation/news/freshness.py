"""News of assets that are older than declared; Dagster's own daemon judges them."""

from __future__ import annotations

from datetime import UTC, datetime

from dagster._core.definitions.freshness import FreshnessState

from platform_assets.alerts.news import News
from platform_assets.automation.news.place import Place

FRESH = "fresh"
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
        known[asset] = changed
        news.append(_news(place, asset, record.freshness_state is FreshnessState.FAIL, changed))
    return news, known


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
