"""PagerDuty's Events API v2, which other on-call services take too.

An incident is one alert there, by ``dedup_key``: what follows adds to it, and the last resolution ends it. A trigger of
an alert that is open or acknowledged notifies nobody; one of an alert that somebody resolved opens another. So a
reminder is a trigger with the same key, and what is no trouble (less is broken, it came and went, a promotion) is a
change event.
Format: https://developer.pagerduty.com/docs/events-api-v2-overview
"""

from __future__ import annotations

from typing import Any

from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.http import post
from platform_assets.alerts.sinks.words import plain_text
from platform_assets.alerts.state import Delivery

_REMEDY = "Look whether the routing key in its environment variable is that of a service with the Events API v2."
_SUMMARY_CHARACTERS, _DETAIL_CHARACTERS = 1024, 20_000
_TRIGGERS = ("opened", "followed", "reminded")


class PagerDuty(Sink):
    """Triggers and resolves alerts of one service."""

    def __init__(self, name: str, routing_key: str, server: str) -> None:
        super().__init__(name)
        self._routing_key, self._server = routing_key, server

    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Trigger or resolve an alert, or tell a change; the reference is the alert's ``dedup_key``."""
        key = thread or delivery.id
        if delivery.message.step not in _TRIGGERS and not delivery.closes:
            post(self.name, f"{self._server}/v2/change/enqueue", self._change(delivery), {}, _REMEDY)
        else:
            post(self.name, f"{self._server}/v2/enqueue", self._event(delivery, key), {}, _REMEDY)
        return key

    def _event(self, delivery: Delivery, key: str) -> dict[str, Any]:
        if delivery.closes:
            return {"routing_key": self._routing_key, "event_action": "resolve", "dedup_key": key}
        return {
            **self._change(delivery),
            "event_action": "trigger",
            "dedup_key": key,
            "payload": {
                **self._payload(delivery),
                "severity": delivery.message.severity,
                "group": ", ".join(delivery.message.owners),
            },
        }

    def _change(self, delivery: Delivery) -> dict[str, Any]:
        links = [{"href": link.url, "text": link.label} for link in delivery.message.links]
        return {"routing_key": self._routing_key, "payload": self._payload(delivery), "links": links}

    def _payload(self, delivery: Delivery) -> dict[str, Any]:
        message = delivery.message
        extracts = {each.name: each.text[:_DETAIL_CHARACTERS] for each in message.attachments}
        return {
            "summary": message.title[:_SUMMARY_CHARACTERS],
            "source": "platform_assets",
            "timestamp": message.at.isoformat(),
            "custom_details": {"message": plain_text(message), **extracts},
        }
