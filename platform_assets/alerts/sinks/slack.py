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
from platform_assets.alerts.sinks.http import retry_after
from platform_assets.alerts.sinks.words import headline
from platform_assets.alerts.state import Delivery

if TYPE_CHECKING:
    from slack_sdk import WebClient

_EVENT = "platform_alert"
# Slack's own limits: characters of a block of text, messages of a page.
_BLOCK_CHARACTERS, _CONTEXT_CHARACTERS, _PAGE = 3000, 2000, 100
# What Slack answers to a message or a file that it will never take as it is; all else is of the bot, the channel or
# Slack itself, and mends when a person sees to it.
_OF_THE_MESSAGE = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "thread_not_found",
    }
)
# A file that cannot be added is given up for these too: its message has arrived.
_OF_THE_FILE = _OF_THE_MESSAGE | {
    "file_type_not_supported",
    "file_upload_size_restricted",
    "file_uploads_disabled",
    "file_uploads_except_images_disabled",
    "invalid_channel",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_in_channel",
    "posting_to_channel_denied",
    "storage_limit_reached",
}
_SIGNS: dict[Severity, str] = {
    "info": ":information_source:",
    "warning": ":warning:",
    "error": ":red_circle:",
    "critical": ":rotating_light:",
}
_RESOLVED = ":white_check_mark:"
_REMEDY = "Look at the token's scopes (chat:write, files:write, channels:history) and invite the bot to the channel."


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
        with self._told_as_failure(_OF_THE_FILE):
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
    def _told_as_failure(self, permanent: frozenset[str] = _OF_THE_MESSAGE) -> Iterator[None]:
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            yield
        except SlackApiError as error:
            headers = {name.title(): value for name, value in dict(error.response.headers).items()}
            busy = error.response.status_code == 429
            wait = retry_after(headers) if busy else None
            # Slack answers, so it decided; a fault of its own may come after it took the message.
            unsure = error.response.status_code >= 500
            reason = str(error.response.get("error", error))
            raise SinkFailed(
                self.name,
                reason,
                _REMEDY,
                retry_after=wait,
                may_have_arrived=unsure,
                permanent=reason in permanent,
            ) from error
        except (SlackClientError, OSError) as error:
            words = f"{type(error).__name__}: {error}"
            raise SinkFailed(self.name, words, _REMEDY, may_have_arrived=True) from error


def _blocks(message: Message) -> list[dict[str, Any]]:
    sign = _RESOLVED if message.step == "resolved" else _SIGNS[message.severity]
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
