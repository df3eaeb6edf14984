"""Stand-ins of an address that takes JSON, and of an on-call service with PagerDuty's Events API v2."""

from __future__ import annotations

import json
from typing import Any

from http_stand_in import Answer, Call, StandIn

ROUTING_KEY = "0123456789abcdef0123456789abcdef"
_SEVERITIES = {"critical", "error", "warning", "info"}


class WebhookServer(StandIn):
    """Keeps each message once, by its idempotency key, as a receiver should."""

    def __init__(self) -> None:
        super().__init__()
        self.received: dict[str, dict[str, Any]] = {}
        self.posts = 0

    def answer(self, call: Call) -> Answer:
        self.posts += 1
        self.received.setdefault(call.headers["Idempotency-Key"], json.loads(call.body))
        return Answer(b"{}")


class PagerServer(StandIn):
    """Alerts of one service by ``dedup_key``, and changes; checks what the real one checks.

    A trigger notifies somebody unless an alert of its key is open or acknowledged; resolving what is not open does
    nothing. After https://support.pagerduty.com/main/docs/event-management.
    """

    def __init__(self) -> None:
        super().__init__()
        self.alerts: dict[str, list[dict[str, Any]]] = {}
        self.changes: list[dict[str, Any]] = []
        self.pages: list[str] = []
        self._state: dict[str, str] = {}

    def is_open(self, key: str) -> bool:
        """Whether the alert was not resolved since it was triggered."""
        return self._state[key] in ("triggered", "acknowledged")

    def by_hand(self, state: str) -> None:
        """A person acknowledges or resolves all there is."""
        self._state = dict.fromkeys(self._state, state)

    def answer(self, call: Call) -> Answer:
        event = json.loads(call.body)
        problem = self._problem(call.path, event)
        if problem:
            return Answer(json.dumps({"status": "invalid event", "errors": [problem]}).encode(), 400)
        if call.path == "/v2/change/enqueue":
            self.changes.append(event)
        else:
            self._take(event)
        return Answer(json.dumps({"status": "success"}).encode(), 202)

    def _take(self, event: dict[str, Any]) -> None:
        key = event["dedup_key"]
        self.alerts.setdefault(key, []).append(event)
        if event["event_action"] == "resolve":
            self._state[key] = "resolved"
        elif self._state.get(key, "resolved") == "resolved":
            self._state[key] = "triggered"
            self.pages.append(event["payload"]["summary"])

    def _problem(self, path: str, event: dict[str, Any]) -> str | None:
        if event.get("routing_key") != ROUTING_KEY:
            return "routing_key is invalid"
        if path not in ("/v2/enqueue", "/v2/change/enqueue"):
            return "no such path"
        if event.get("event_action") == "resolve":
            return None if event.get("dedup_key") else "dedup_key is missing"
        payload = event.get("payload", {})
        if not 0 < len(payload.get("summary", "")) <= 1024:
            return "summary is missing or too long"
        if path == "/v2/enqueue" and (payload.get("severity") not in _SEVERITIES or not payload.get("source")):
            return "severity or source is invalid"
        return None
