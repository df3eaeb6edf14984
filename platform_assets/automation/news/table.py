"""News of the table ``platform.alerts``: drift, rates of change, budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_assets.alerts.news import Kind, News, State
from platform_assets.automation.news.place import Place

if TYPE_CHECKING:
    from platform_assets.lake import Lake
    from platform_assets.quality.alert import Alert


def table_news(place: Place, seen: dict[str, Any] | None, lake: Lake) -> tuple[list[News], dict[str, Any]]:
    """Alerts that began or ended since, also between two looks; the first look tells what stands.

    ``seen`` has the table's snapshot, the alerts that stood, and when each rule's newest alert began or ended.
    """
    from platform_assets.lake.errors import TableNotFound
    from platform_assets.pipeline.alerts import ALERTS, read_alerts

    try:
        snapshot = str(lake.snapshot_id(ALERTS.name))
    except TableNotFound:
        return [], seen or {"snapshot": None, "standing": [], "edges": {}}
    if seen and snapshot == seen["snapshot"]:
        return [], seen
    alerts = read_alerts(lake)
    stood, edges = set(seen["standing"] if seen else ()), _edge_by_rule(alerts)
    # Before the edges were kept by rule it was unknown what had passed unseen; at the first look nobody waits for it.
    known = seen.get("edges", edges) if seen else edges
    news = [each for alert in alerts if _is_told(alert) for each in _changes(place, alert, stood, known)]
    standing = sorted(alert.alert_id for alert in alerts if alert.is_open)
    return sorted(news, key=lambda each: each.at), {"snapshot": snapshot, "standing": standing, "edges": edges}


def _edge_by_rule(alerts: list[Alert]) -> dict[str, float]:
    """When each rule's alerts began or ended last, in seconds since 1970."""
    edges: dict[str, float] = {}
    for alert in alerts:
        edges[_rule(alert)] = max(edges.get(_rule(alert), 0.0), _edge(alert))
    return edges


def _edge(alert: Alert) -> float:
    return (alert.resolved_at or alert.first_seen).timestamp()


def _rule(alert: Alert) -> str:
    return f"{alert.asset}/{alert.rule}"


def _is_told(alert: Alert) -> bool:
    """A breach that blocks is told as the refusal that it is, a rollback as the champion that it made."""
    from platform_assets.pipeline.champion_rollback import ROLLED_BACK

    return alert.action != "block" and alert.rule != ROLLED_BACK


def _changes(place: Place, alert: Alert, stood: set[str], edges: dict[str, float]) -> list[News]:
    if alert.is_open:
        return [] if alert.alert_id in stood else [_news(place, alert, "broken")]
    if alert.alert_id in stood:
        return [_news(place, alert, "mended")]
    # Begun, or taken up again, and ended between two looks.
    passed = _edge(alert) > edges.get(_rule(alert), 0.0)
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
        links=(*place.maker_links(alert.asset, partition), place.asset_link(alert.asset, partition)),
    )


def _kind(alert: Alert) -> Kind:
    from platform_assets.pipeline.alerts import NO_DRIFT
    from platform_assets.pipeline.costs.budgets import COSTS_ASSET
    from platform_assets.quality.watched import DRIFT, DRIFT_TOGETHER

    if alert.asset == COSTS_ASSET:
        return "budget"
    return "drift" if alert.rule in (NO_DRIFT, DRIFT, DRIFT_TOGETHER) else "rate_of_change"
