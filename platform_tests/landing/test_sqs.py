"""Deliveries told by a queue: duplicates, any order, restarts and poison change nothing. The queue is moto's."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

import pytest

from platform_assets.landing import Changes, Interest, Seen, find_changes, open_landing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Shop = Callable[..., Interest]
MUCH_LATER = 4e9
BUCKET = "deliveries"


class Queue:
    """A bucket, a queue, and the landing that reads both."""

    def __init__(self, endpoint: str, s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
        import boto3

        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", endpoint)
        self._s3, self._sqs = s3, boto3.Session().client("sqs", endpoint_url=endpoint, region_name="us-east-1")
        self._s3.create_bucket(Bucket=BUCKET)
        self.prefix = uuid.uuid4().hex
        # Messages that were read but not deleted come again at once.
        made = self._sqs.create_queue(QueueName=self.prefix, Attributes={"VisibilityTimeout": "0"})
        self._url = made["QueueUrl"]
        parts = urlsplit(self._url)
        address = f"sqs://{parts.netloc}{parts.path}?landing=s3://{BUCKET}/{self.prefix}"
        self.landing = open_landing(address, endpoint, "us-east-1")

    def put(self, name: str, content: bytes = b"a\n") -> None:
        self._s3.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}", Body=content)

    def tell(self, *names: str, event: str = "ObjectCreated:Put") -> None:
        records = [
            {
                "eventName": event,
                "s3": {"bucket": {"name": BUCKET}, "object": {"key": quote_plus(f"{self.prefix}/{name}", safe="/")}},
            }
            for name in names
        ]
        self.send(json.dumps({"Records": records}))

    def send(self, body: str) -> None:
        self._sqs.send_message(QueueUrl=self._url, MessageBody=body)

    def left(self) -> int:
        found: dict[str, Any] = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["All"])["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])


@pytest.fixture
def queue(pretended_aws: str, s3_client: Callable[[str], S3Client], monkeypatch: pytest.MonkeyPatch) -> Queue:
    # A message that comes again at once would be read for ever within one look.
    monkeypatch.setattr("platform_assets.landing.sqs.MOST_MESSAGES", 60)
    return Queue(pretended_aws, s3_client(pretended_aws), monkeypatch)


def look(queue: Queue, interest: Interest, seen: Seen, limit: int = 100) -> Changes:
    return find_changes(queue.landing, interest, seen, MUCH_LATER, limit)


def names(changes: Changes) -> list[str]:
    return [found.landed.name for found in changes.new]


def test_a_message_is_deleted_only_with_the_look_after_the_one_that_took_it(queue: Queue, shop: Shop) -> None:
    seen = Seen()
    queue.put("sales/2013-02.csv")
    queue.tell("sales/2013-02.csv")

    assert names(look(queue, shop(), seen)) == ["sales/2013-02.csv"]
    assert queue.left() == 1
    # The daemon died before it recorded the tick: the next one starts from nothing and finds it again.
    seen = Seen()
    assert names(look(queue, shop(), seen)) == ["sales/2013-02.csv"]
    # This one was recorded.
    assert names(look(queue, shop(), Seen.from_text(seen.as_text()))) == []
    assert queue.left() == 0


def test_duplicates_and_any_order_end_with_the_newest_content(queue: Queue, shop: Shop) -> None:
    for trial in range(5):
        seen, taken = Seen(), []
        told = [f"sales/20{10 + trial}-{month:02}.csv" for month in range(1, 7)] * 3
        random.Random(trial).shuffle(told)
        for number, name in enumerate(told):
            queue.put(name, f"{number}\n".encode())
            queue.tell(name)
            if number % 4 == 0:
                taken += names(look(queue, shop(), seen))
        taken += names(look(queue, shop(), seen))
        assert set(taken) == set(told)
        look(queue, shop(), seen)
        assert queue.left() == 0
        # Told once more, long after: nothing new.
        queue.tell(*set(told))
        assert names(look(queue, shop(), seen)) == []
        look(queue, shop(), seen)


def test_a_message_of_several_files_stays_until_all_of_them_were_taken(queue: Queue, shop: Shop) -> None:
    seen, told = Seen(), [f"sales/2013-{month:02}.csv" for month in range(1, 6)]
    for name in told:
        queue.put(name)
    queue.tell(*told)

    taken = []
    for _ in range(3):
        assert queue.left() == 1
        taken += names(look(queue, shop(), seen, limit=2))
    look(queue, shop(), seen, limit=2)

    assert (taken, queue.left()) == (told, 0)


@pytest.mark.parametrize("poison", ["no json", "[]", "{}", '{"Records": [{}]}', '{"Records": 7}', "\u0007"])
def test_a_message_that_nobody_understands_is_told_and_stays(queue: Queue, shop: Shop, poison: str) -> None:
    seen = Seen()
    queue.put("sales/2013-02.csv")
    queue.send(poison)
    queue.tell("sales/2013-02.csv")

    changes = look(queue, shop(), seen)
    look(queue, shop(), seen)

    assert names(changes) == ["sales/2013-02.csv"]
    assert changes.unreadable
    assert queue.left() == 1


def test_messages_that_ask_for_nothing_go(queue: Queue, shop: Shop) -> None:
    seen = Seen()
    queue.send('{"Event": "s3:TestEvent"}')
    queue.tell("sales/2013-02.csv", event="ObjectRemoved:Delete")
    queue.tell("sales/2013-03.csv")
    queue.tell("hotels/2013-02.csv")
    queue.put("hotels/2013-02.csv")

    changes = look(queue, shop(), seen)
    look(queue, shop(), seen)

    assert (changes.new, changes.unreadable, queue.left()) == ([], [], 0)
    assert [stray.name for stray in changes.strays] == ["hotels/2013-02.csv"]


def test_the_notification_of_a_manifest_brings_its_file(queue: Queue, shop: Shop) -> None:
    seen, interest = Seen(), shop("sales", complete="manifest")
    queue.put("sales/2013-02.csv")
    queue.tell("sales/2013-02.csv")
    assert names(look(queue, interest, seen)) == []
    look(queue, interest, seen)
    assert queue.left() == 0

    queue.put("sales/2013-02.csv.done")
    queue.tell("sales/2013-02.csv.done")
    assert names(look(queue, interest, seen)) == ["sales/2013-02.csv"]
