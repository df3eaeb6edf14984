"""Calls that an API refuses: throttled, denied, with expired credentials."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from local_emr.errors import ApiError
from local_emr.faults import Faults

THROTTLED = ("ThrottlingException", "Rate exceeded", 400)
SLOW_DOWN = ("SlowDown", "Please reduce your request rate.", 503)
EXPIRED = ("ExpiredTokenException", "The security token included in the request is expired", 400)
DENIED = "AccessDeniedException"


@dataclass
class Refusal:
    """Refuses calls of a service: a ``share`` of them, evenly, once ``after`` calls went through.

    Attributes:
        access_key: Refuse calls signed with this key only.
        operations: Refuse these only.
    """

    service: str
    kind: str
    message: str
    status: int = 400
    share: float = 1.0
    after: int = 0
    access_key: str | None = None
    operations: tuple[str, ...] = ()
    refused: int = 0
    _calls: Iterator[int] = field(default_factory=itertools.count)

    def check(self, service: str, operation: str, access_key: str | None) -> None:
        """Raises ApiError if this call is refused."""
        if service != self.service or self.access_key not in (None, access_key):
            return
        if self.operations and operation not in self.operations:
            return
        call = next(self._calls) - self.after
        if call >= 0 and int((call + 1) * self.share) > int(call * self.share):
            self.refused += 1
            raise ApiError(self.kind, self.message, self.status)


class Access:
    """The refusals in force."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []
        self._lock = threading.Lock()

    def check(self, service: str, operation: str, access_key: str | None) -> None:
        """Raises ApiError if a refusal holds for the call."""
        with self._lock:
            for refusal in self._refusals:
                refusal.check(service, operation, access_key)

    def add(self, *refusals: Refusal) -> None:
        """Refuse from now on."""
        with self._lock:
            self._refusals.extend(refusals)

    def remove(self, *refusals: Refusal) -> None:
        """Refuse no longer; unknown ones are passed over."""
        with self._lock:
            self._refusals = [other for other in self._refusals if not any(other is gone for gone in refusals)]


def refusals_of(faults: Faults, starter: str | None, cluster_key: str) -> list[Refusal]:
    """What a cluster's faults refuse: to who started it, and to the cluster itself."""
    found = []
    if faults.throttled:
        found.append(Refusal("elasticmapreduce", *THROTTLED, share=faults.throttled, access_key=starter))
    if faults.expired is not None:
        # RunJobFlow itself is the first.
        found.append(Refusal("elasticmapreduce", *EXPIRED, after=faults.expired + 1, access_key=starter))
    for operation in faults.denied:
        message = f"User is not authorized to perform: elasticmapreduce:{operation}"
        found.append(
            Refusal("elasticmapreduce", DENIED, message, access_key=starter, operations=(operation,)),
        )
    if faults.s3_slow_down:
        found.append(Refusal("s3", *SLOW_DOWN, share=faults.s3_slow_down, access_key=cluster_key))
    return found
