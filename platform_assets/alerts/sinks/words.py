"""A message as plain text, for sinks that show no more."""

from __future__ import annotations

from platform_assets.alerts.message import Message


def headline(message: Message) -> str:
    """The one line that is read on a phone."""
    return message.title if message.step in ("resolved", "passed") else f"[{message.severity}] {message.title}"


def plain_text(message: Message) -> str:
    """Everything but the attachments."""
    owner = [f"Owner: {', '.join(message.owners)}"] if message.owners else []
    links = [f"{link.label}: {link.url}" for link in message.links]
    return "\n".join([headline(message), "", *message.lines, "", *owner, *links])
