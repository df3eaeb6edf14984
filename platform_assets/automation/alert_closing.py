"""Incidents that a person closes by hand: what was asked for is kept beside the state, and a look follows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import dagster as dg
from pydantic import BaseModel

from platform_assets.alerts.incident import Incident
from platform_assets.alerts.news import News


class _Closing(BaseModel):
    who: str
    reason: str
    at: datetime


def close_by_hand(instance: dg.DagsterInstance, incident: Incident, who: str, reason: str, now: datetime) -> None:
    """Ask for the end of an incident; a look that is under way does not lose it."""
    closing = _Closing(who=who, reason=reason, at=now)
    instance.daemon_cursor_storage.set_cursor_values({_key(incident): closing.model_dump_json()})


def closed_by_hand(instance: dg.DagsterInstance, incidents: Iterable[Incident]) -> list[News]:
    """The ends that were asked for; what broke after that was not meant."""
    standing = {_key(each): each for each in incidents}
    kept = instance.daemon_cursor_storage.get_cursor_values(set(standing)) if standing else {}
    asked = {key: _Closing.model_validate_json(text) for key, text in kept.items()}
    return [_news(standing[key], each) for key, each in asked.items() if each.at > standing[key].last_seen]


def _key(incident: Incident) -> str:
    return f"platform/alerts/close/{incident.key}"


def _news(incident: Incident, closing: _Closing) -> News:
    return incident.news("closed", f"Closed by {closing.who}: {closing.reason}", closing.at)
