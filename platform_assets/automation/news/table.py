"""News of the table ``platform.alerts``: drift, rates of change, budgets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from platform_assets.alerts.news import Kind, News, State
from platform_assets.automation.news.place import Place

if TYPE_CHECKING:
    from platform_assets.lake import Lake
    from platform_assets.quality.alert import Alert


def table_news(place: Place, seen: dict[str, Any] | None, lake: Lake) -> tuple[list[News], dict[str, Any]]:
    """Alerts that began or ended since; the first look tells what stands.

    ``seen`` has the table's snapshot, the alerts that stood, and the time of the newest edge.
    """
    from platform_assets.lake.errors import TableNotFound
    from platform_assets.pipeline.alerts import ALERTS, read_alerts

    seen = seen or {"snapshot": None, "standing": [], "until": None}
    try:
        snapshot = str(lake.snapshot_id(ALERTS.name))
    except TableNotFound:
        return [], seen
    if snapshot == seen["snapshot"]:
        return [], seen
    alerts = read_alerts(lake)
    stood, until = set(seen["standing"]), datetime.fromisoformat(seen["until"]) if seen["until"] else None
    news = [each for alert in alerts if _is_told(alert) for each in _edges(place, alert, stood, until)]
    edges = [moment for alert in alerts for moment in (alert.first_seen, alert.resolved_at) if moment is not None]
    return sorted(news, key=lambda each: each.at), {
        "snapshot": snapshot,
        "standing": sorted(alert.alert_id for alert in alerts if alert.is_open),
        "until": max(edges).isoformat() if edges else None,
    }


def _is_told(alert: Alert) -> bool:
    """A breach that blocks is told as the refusal that it is, a rollback as the champion that it made."""
    from platform_assets.pipeline.champion_rollback import ROLLED_BACK

    return alert.action != "block" and alert.rule != ROLLED_BACK


def _edges(place: Place, alert: Alert, stood: set[str], until: datetime | None) -> list[News]:
    if alert.is_open:
        return [] if alert.alert_id in stood else [_news(place, alert, "broken")]
    if alert.alert_id in stood:
        return [_news(place, alert, "mended")]
    # Begun and ended between two looks.
    passed = until is not None and alert.first_seen > until
    return [_news(place, alert, "broken"), _news(place, alert, "mended")] if passed else []


def _news(place: Place, alert: Alert, state: State) -> News:
    mended = state == "mended"
    partition = (alert.resolved_partition if mended else None) or alert.last_partition
    return News(
        kind=_kind(alert),
        state=state,
        asset=alert.asset,
        rule=alert.rule,
        owner=alert.owner,
        title=f"{alert.asset} {alert.partition}: {alert.rule}",
        message=(alert.resolution if mended else alert.message) or "",
        at=(alert.resolved_at if mended else alert.first_seen) or alert.first_seen,
        links=(place.asset_link(alert.asset, partition),),
    )


def _kind(alert: Alert) -> Kind:
    from platform_assets.pipeline.alerts import NO_DRIFT
    from platform_assets.pipeline.costs.budgets import COSTS_ASSET
    from platform_assets.quality.watched import DRIFT, DRIFT_TOGETHER

    if alert.asset == COSTS_ASSET:
        return "budget"
    return "drift" if alert.rule in (NO_DRIFT, DRIFT, DRIFT_TOGETHER) else "rate_of_change"
