"""A channel of Slack: a message an incident, a thread below it, the extract of the log as a file in the thread.

Methods: https://docs.slack.dev/reference/methods (chat.postMessage, conversations.history, conversations.replies,
files.getUploadURLExternal and files.completeUploadExternal through ``files_upload_v2``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from platform_assets.alerts.errors import SinkFailed
from platform_assets.alerts.message import Message
from platform_assets.alerts.news import Severity
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.http import is_refusal, retry_after
from platform_assets.alerts.sinks.words import headline
from platform_assets.alerts.state import Delivery

if TYPE_CHECKING:
    from slack_sdk import WebClient

_EVENT = "platform_alert"
# Slack's own limits: characters of a block of text, messages of a page.
_BLOCK_CHARACTERS, _CONTEXT_CHARACTERS, _PAGE = 3000, 2000, 100
# Of the errors that Slack names, those that pass by themselves; all else a person has to see to.
_PASSING = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_SIGNS: dict[Severity, str] = {
    "info": ":information_source:",
    "warning": ":warning:",
    "error": ":red_circle:",
    "critical": ":rotating_light:",
}
_RESOLVED = ":white_check_mark:"
_REMEDY = (
    "Look whether the token is valid, has the scopes chat:write, files:write and channels:history, and the bot was "
    "invited to the channel."
)


class Slack(Sink):
    """Writes to one channel; the reference of a thread is the ``ts`` of its first message.

    The id of a message goes with it as metadata, by which it is found again after a crash.
    """

    def __init__(self, name: str, channel: str, client: WebClient) -> None:
        super().__init__(name)
        self._channel, self._client = channel, client

    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Post the message; one that closes a thread, or that nobody would look for there, is in the channel too."""
        with self._told_as_failure():
            answer = self._client.chat_postMessage(
                channel=self._channel,
                text=_escaped(headline(delivery.message)),
                blocks=_blocks(delivery.message),
                metadata={"event_type": _EVENT, "event_payload": {"id": delivery.id}},
                thread_ts=thread,
                reply_broadcast=delivery.closes or delivery.broadcast if thread else None,
                unfurl_links=False,
            )
        return thread or str(answer["ts"])

    def find(self, delivery: Delivery, thread: str | None) -> str | None:
        """The ``ts`` of the thread if the message is in the channel."""
        with self._told_as_failure():
            for each in self._messages(delivery, thread):
                payload = each.get("metadata", {}).get("event_payload", {})
                if payload.get("id") == delivery.id:
                    return thread or str(each["ts"])
        return None

    def attach(self, delivery: Delivery, thread: str, *, interrupted: bool) -> None:
        """Upload each attachment into the thread, with the message's id in its name."""
        attachments = delivery.message.attachments
        files = [(f"{delivery.id}-{number}-{each.name}", each) for number, each in enumerate(attachments, start=1)]
        with self._told_as_failure():
            there = self._files(delivery, thread) if interrupted else set()
            for name, each in files:
                if name not in there:
                    self._client.files_upload_v2(
                        channel=self._channel,
                        content=each.text,
                        filename=name,
                        title=each.name,
                        thread_ts=thread,
                    )

    def _files(self, delivery: Delivery, thread: str) -> set[str]:
        replies = self._messages(delivery, thread)
        return {str(file.get("name")) for each in replies for file in each.get("files", [])}

    def _messages(self, delivery: Delivery, thread: str | None) -> Iterator[dict[str, Any]]:
        if thread is None:
            oldest = str((delivery.message.at - timedelta(hours=1)).timestamp())
            read: Callable[..., Any] = self._client.conversations_history
            asked: dict[str, Any] = {"oldest": oldest}
        else:
            read, asked = self._client.conversations_replies, {"ts": thread}
        for page in read(channel=self._channel, include_all_metadata=True, limit=_PAGE, **asked):
            yield from page["messages"]

    @contextmanager
    def _told_as_failure(self) -> Iterator[None]:
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            yield
        except SlackApiError as error:
            headers = {name.title(): value for name, value in dict(error.response.headers).items()}
            status, named = error.response.status_code, error.response.get("error")
            raise SinkFailed(
                self.name,
                str(named or error),
                _REMEDY,
                retry_after=retry_after(headers) if status == 429 else None,
                # Slack answers, so it decided; a fault of its own may come after it took the message.
                may_have_arrived=status >= 500,
                # Its own errors come with status 200.
                permanent=is_refusal(status) or (status < 300 and named is not None and named not in _PASSING),
            ) from error
        except (SlackClientError, OSError) as error:
            words = f"{type(error).__name__}: {error}"
            raise SinkFailed(self.name, words, _REMEDY, may_have_arrived=True) from error


def _blocks(message: Message) -> list[dict[str, Any]]:
    sign = _RESOLVED if message.step in ("resolved", "passed") else _SIGNS[message.severity]
    words = [f"{sign} *{_escaped(message.title)}*", *(_escaped(line) for line in message.lines)]
    owner = [f"Owner: *{_escaped(', '.join(message.owners))}*"] if message.owners else []
    links = [f"<{link.url}|{_escaped(link.label)}>" for link in message.links]
    context = _that_fits([*owner, *links])
    blocks = [_text("section", "\n".join(words))]
    return [*blocks, {"type": "context", "elements": [{"type": "mrkdwn", "text": context}]}] if context else blocks


def _that_fits(parts: list[str]) -> str:
    """As many parts as a block of context may have: half a link is none."""
    text = ""
    for part in parts:
        longer = f"{text}  ·  {part}" if text else part
        text = longer if len(longer) <= _CONTEXT_CHARACTERS else text
    return text


def _text(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": {"type": "mrkdwn", "text": text[:_BLOCK_CHARACTERS]}}


def _escaped(text: str) -> str:
    """Text in which Slack sees no mention and no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
