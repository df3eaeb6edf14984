"""A stand-in of Slack's web API that refuses what Slack refuses, and keeps what a channel would show.

Answers after https://docs.slack.dev/reference/methods; what Slack adds for its apps is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from http_stand_in import Answer, Call, StandIn

TOKEN = "xoxb-of-the-tests"
CHANNEL = "C0TESTALERTS"
BLOCK_CHARACTERS = 3000


@dataclass
class Posted:
    """A message of the channel."""

    ts: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """All that a person reads in it."""
        sections = [block["text"]["text"] for block in self.blocks if "text" in block]
        return "\n".join([*sections, *(each["text"] for block in self.blocks for each in block.get("elements", []))])

    def as_slack_tells_it(self, metadata: bool) -> dict[str, Any]:
        known = {"ts": self.ts, "text": self.text, "thread_ts": self.thread_ts}
        files = [{"id": f"F{number}", "name": name} for number, name in enumerate(self.files)]
        told = {name: value for name, value in known.items() if value} | ({"files": files} if files else {})
        return told | ({"metadata": self.metadata} if metadata and self.metadata else {})


class Refused(Exception):
    """Slack's own name of an error."""


class SlackServer(StandIn):
    """One workspace with one channel and one bot in it."""

    def __init__(self, scopes: frozenset[str] = frozenset({"chat:write", "files:write", "channels:history"})) -> None:
        super().__init__()
        self.scopes = scopes
        self.messages: list[Posted] = []
        self.calls: list[str] = []
        self._uploads: dict[str, tuple[str, str]] = {}

    @property
    def api(self) -> str:
        """What takes the place of ``https://slack.com/api/``."""
        return f"{self.address}/api/"

    @property
    def roots(self) -> list[Posted]:
        """Messages that begin a thread, as the channel shows them."""
        return [message for message in self.messages if message.thread_ts is None]

    def thread(self, root: Posted) -> list[Posted]:
        """Replies with words, oldest first; shared files count as part of their thread."""
        return [message for message in self.messages if message.thread_ts == root.ts and message.blocks]

    def files(self, root: Posted) -> dict[str, str]:
        """Files of a thread by name."""
        shared = [message.files for message in self.messages if message.thread_ts == root.ts]
        return {name: content for files in shared for name, content in files.items()}

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/upload/"):
            key = call.path.rpartition("/")[2]
            self._uploads[key] = (self._uploads[key][0], call.body.decode())
            return Answer(b"OK")
        method = call.path.removeprefix("/api/")
        self.calls.append(method)
        try:
            if call.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused("invalid_auth")
            told = self._method(method)(_arguments(call))
        except Refused as error:
            return Answer(json.dumps({"ok": False, "error": str(error)}).encode())
        return Answer(json.dumps({"ok": True, **told}).encode())

    def _method(self, name: str) -> Any:
        known = {
            "chat.postMessage": self._post,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
        }
        if name not in known:
            raise Refused("unknown_method")
        return known[name]

    def _post(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._need("chat:write")
        self._in_the_channel(asked.get("channel"))
        thread = self._existing(asked.get("thread_ts"))
        texts = [block["text"]["text"] for block in asked["blocks"] if block["type"] == "section"]
        if any(not 0 < len(text) <= BLOCK_CHARACTERS for text in texts):
            raise Refused("invalid_blocks")
        message = Posted(
            f"{1_700_000_000 + len(self.messages)}.000100",
            asked["text"],
            asked["blocks"],
            thread,
            bool(asked.get("reply_broadcast")),
            asked.get("metadata"),
        )
        self.messages.append(message)
        return {"ts": message.ts, "channel": CHANNEL, "message": message.as_slack_tells_it(False)}

    def _history(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._need("channels:history")
        self._in_the_channel(asked.get("channel"))
        return self._page(self.roots[::-1], asked)

    def _replies(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._need("channels:history")
        root = self._existing(asked["ts"])
        return self._page([message for message in self.messages if root in (message.ts, message.thread_ts)], asked)

    def _page(self, messages: list[Posted], asked: dict[str, Any]) -> dict[str, Any]:
        metadata = str(asked.get("include_all_metadata", "")).lower() in ("1", "true")
        first, limit = int(asked.get("cursor") or 0), int(asked.get("limit", 100))
        more = {"response_metadata": {"next_cursor": str(first + limit)}} if len(messages) > first + limit else {}
        return {"messages": [each.as_slack_tells_it(metadata) for each in messages[first : first + limit]], **more}

    def _upload_url(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._need("files:write")
        key = f"F{len(self._uploads)}"
        self._uploads[key] = (asked["filename"], "")
        return {"upload_url": f"{self.address}/upload/{key}", "file_id": key}

    def _complete(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._need("files:write")
        self._in_the_channel(asked.get("channel_id"))
        shared = [self._uploads[each["id"]] for each in json.loads(asked["files"])]
        thread = self._existing(asked.get("thread_ts"))
        ts = f"{1_700_000_000 + len(self.messages)}.000100"
        self.messages.append(Posted(ts, "", [], thread, files=dict(shared)))
        return {"files": json.loads(asked["files"])}

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refused("missing_scope")

    def _in_the_channel(self, channel: Any) -> None:
        if channel != CHANNEL:
            raise Refused("channel_not_found")

    def _existing(self, ts: str | None) -> str | None:
        if ts is not None and all(message.ts != ts for message in self.messages):
            raise Refused("thread_not_found")
        return ts


def _arguments(call: Call) -> dict[str, Any]:
    asked: dict[str, Any] = dict(parse_qsl(call.query))
    if call.headers.get("Content-Type", "").startswith("application/json"):
        return asked | dict(json.loads(call.body))
    return asked | dict(parse_qsl(call.body.decode()))
