"""What a driver reports: messages of Dagster Pipes in numbered pieces on S3, read by whoever watches the cluster.

dagster-aws's reader runs in threads with waits of its own and keeps its count of pieces from one run to the next; this
one is asked when the cluster is looked at, belongs to one attempt, and notices what is missing or comes twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.failures import RemoteException
from platform_assets.compute.job import JobResult

Message = Mapping[str, Any]
# Kinds of the driver's own messages; see compute/emr/driver.py.
RESULT, PROGRESS = "result", "progress"


class Report:
    """The messages of one attempt, read in order, each once.

    Attributes:
        closed: whether the closing message arrived.
        exception: with which the driver closed.
        result: of the job, if it was reported.
        missing: numbers of pieces that never came although later ones did.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.closed = False
        self.exception: RemoteException | None = None
        self.result: JobResult | None = None
        self.missing: list[int] = []
        self._next = 1

    def news(self, s3: Any) -> Iterator[Message]:
        """Messages that came since the last look, up to the first piece that is not there yet."""
        while (piece := objects.read(s3, f"{self.folder}/{self._next}.json")) is not None:
            self._next += 1
            yield from self._of(piece)

    def rest(self, s3: Any) -> Iterator[Message]:
        """All other messages, once nothing more can come; pieces that were lost in between are noted."""
        yield from self.news(s3)
        later = sorted(number for key in objects.keys(s3, self.folder) if (number := _number(key)) >= self._next)
        for number in later:
            self.missing += range(self._next, number)
            self._next = number + 1
            yield from self._of(objects.read(s3, f"{self.folder}/{number}.json") or b"")

    def _of(self, piece: bytes) -> Iterator[Message]:
        for line in piece.decode().splitlines():
            try:
                message = json.loads(line)
            except json.JSONDecodeError:
                continue
            # Dagster's handler counts closing messages; a second one would be of no attempt of this run.
            if isinstance(message, dict) and "method" in message and not self.closed:
                self._note(message)
                yield message

    def _note(self, message: Message) -> None:
        params = message.get("params") or {}
        if message["method"] == "closed":
            self.closed = True
            self.exception = _exception(params.get("exception"))
        elif message["method"] == "report_custom_message":
            payload = params.get("payload") or {}
            if payload.get("kind") == RESULT:
                self.result = JobResult.model_validate(payload["result"])


def _exception(told: Mapping[str, Any] | None) -> RemoteException | None:
    if told is None:
        return None
    outermost = told
    chain = []
    while told is not None:
        chain.append(f"{told.get('name')}: {str(told.get('message')).strip()}")
        cause = told.get("cause") or told.get("context")
        # The platform's own frame says that a job failed; its cause says why.
        if outermost.get("name", "").endswith("JobFailed") and told is outermost and cause:
            outermost = cause
        told = cause
    message = str(outermost.get("message")).strip().removeprefix(f"{outermost.get('name')}: ")
    return RemoteException(str(outermost.get("name")), message, "\n".join(chain))


def _number(key: str) -> int:
    stem = key.rpartition("/")[2].removesuffix(".json")
    return int(stem) if stem.isdecimal() else 0
