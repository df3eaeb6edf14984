"""Any address that takes JSON by POST."""

from __future__ import annotations

from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.http import post
from platform_assets.alerts.state import Delivery

_REMEDY = "Look whether the address in its environment variable is right and its server is up."


class Webhook(Sink):
    """Posts every message as JSON, with its id as ``Idempotency-Key``: a repetition has the same one."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name)
        self._url = url

    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Post the message; the reference is the id of the thread's first one."""
        reference = thread or delivery.id
        content = {
            "id": delivery.id,
            "thread": reference,
            "closes": delivery.closes,
            **delivery.message.model_dump(mode="json"),
        }
        post(self.name, self._url, content, {"Idempotency-Key": delivery.id}, _REMEDY)
        return reference
