"""Deliveries on S3, told by notifications in an SQS queue instead of a listing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from platform_assets.landing.base import Landed, Listing
from platform_assets.landing.s3 import S3Landing, client, told
from platform_assets.quality.manifest import ENDING

A_CALL = 10
MOST_MESSAGES = 1000
SHOWN = 200


@dataclass(frozen=True)
class SqsLanding:
    """A queue of S3 event notifications about objects of an S3 landing.

    A message only says where to look: the object is asked for its present state, so order and duplicates do not
    matter. A message is deleted with the next look, when what followed from it is recorded; one that nobody
    understands is told and stays in the queue, which should have a dead-letter queue for such.

    Attributes:
        queue: the queue's URL.
        objects: where the objects are.
        endpoint: address of a server that is not Amazon's.
    """

    queue: str
    objects: S3Landing
    endpoint: str | None = None

    @property
    def address(self) -> str:
        """The queue's URL."""
        return self.queue

    @cached_property
    def _client(self) -> Any:
        return client("sqs", self.address, self.endpoint, self.objects.region)

    def listing(self) -> Listing:
        """The objects that waiting messages tell of, each once, as they are now."""
        names: dict[str, list[str]] = {}
        unreadable: list[str] = []
        empty: list[str] = []
        for message in self._messages():
            keys = _keys(message["Body"], self.objects.bucket)
            told_of = [self.objects.name_of(key) for key in keys or []]
            if keys is None:
                unreadable.append(f"{message['MessageId']}: {message['Body'][:SHOWN]!a}")
            for name in {name for name in told_of if name}:
                # A manifest tells of its file as well.
                for each in {name, name.removesuffix(ENDING)}:
                    names.setdefault(each, []).append(message["ReceiptHandle"])
            if keys is not None and not any(told_of):
                empty.append(message["ReceiptHandle"])
        files = []
        for name, receipts in sorted(names.items()):
            landed = self.objects.look(name)
            if landed is None:
                empty += receipts
            else:
                files.append(replace(landed, receipts=tuple(receipts)))
        return Listing(files, complete=False, unreadable=unreadable, receipts=empty)

    def content(self, landed: Landed) -> str:
        """As the objects' landing."""
        return self.objects.content(landed)

    def promised(self, landed: Landed) -> str | None:
        """As the objects' landing."""
        return self.objects.promised(landed)

    def fetch(self, name: str, folder: Path) -> Path | None:
        """As the objects' landing."""
        return self.objects.fetch(name, folder)

    def confirm(self, receipts: Iterable[str]) -> None:
        """Delete messages; one that was deleted before, or came again meanwhile, is no error."""
        handles = sorted(set(receipts))
        for start in range(0, len(handles), A_CALL):
            batch = handles[start : start + A_CALL]
            with told(self.address):
                self._client.delete_message_batch(
                    QueueUrl=self.queue,
                    Entries=[{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(batch)],
                )

    def _messages(self) -> Iterator[dict[str, Any]]:
        count = 0
        while count < MOST_MESSAGES:
            with told(self.address):
                found = self._client.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=A_CALL).get(
                    "Messages", []
                )
            if not found:
                return
            count += len(found)
            yield from found


def _keys(body: str, bucket: str) -> list[str] | None:
    """Keys of created objects that a notification tells of; none for S3's test message; None if it is no such text."""
    try:
        event = json.loads(body)
        if event.get("Event") == "s3:TestEvent":
            return []
        return [
            unquote_plus(record["s3"]["object"]["key"])
            for record in event["Records"]
            if record["eventName"].startswith("ObjectCreated") and record["s3"]["bucket"]["name"] == bucket
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
