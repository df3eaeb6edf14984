"""Records of use: one small file a step, written at once and folded into the cost table later.

A publish for every step would cost more than many steps do. A record is a file below ``usage/`` of the warehouse; its
id, not its name, is what counts, so the same use may be recorded twice, by the worker and by whoever cleans up after
it, and is billed once.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from platform_assets.compute.cost.charge import Charge, Outcome, Share
from platform_assets.compute.cost.errors import UsageNotReadable
from platform_assets.lake.store import Store

FOLDER = "usage"
SUFFIX = ".json"


class UsageRecord(BaseModel):
    """What was used once, what it costs, and who bears it.

    Attributes:
        record_id: identifies the use.
        run_id: the orchestrator's run.
        started: when the use began (UTC).
        ended: when it ended (UTC); the month that it belongs to.
        shares: the assets that bear the charges; one at least.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    run_id: str
    started: AwareDatetime
    ended: AwareDatetime
    outcome: Outcome
    shares: tuple[Share, ...] = Field(min_length=1)
    charges: tuple[Charge, ...]


def new_record_id() -> str:
    """An id for a use that happens once."""
    return uuid.uuid4().hex


def write_record(store: Store, record: UsageRecord) -> str:
    """Keep a record until it is folded into the cost table; returns its location. Raises OSError.

    It is there whole or not at all, whenever the process dies.
    """
    name = f"{record.ended.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{uuid.uuid4().hex[:12]}"
    location = store.location(FOLDER, name + SUFFIX)
    content = record.model_dump_json().encode()
    if not store.is_local:
        # An object appears when its upload has ended.
        store.write_bytes(location, content)
        return location
    partial = store.location(FOLDER, f".{name}")
    store.write_bytes(partial, content)
    os.replace(partial, location)
    return location


def read_records(store: Store) -> Iterator[tuple[str, UsageRecord]]:
    """Every record that waits, with its location, oldest first.

    Raises:
        UsageNotReadable: a file is damaged.
    """
    for file in store.list(store.location(FOLDER)):
        if file.location.endswith(SUFFIX):
            yield file.location, _parsed(file.location, store.read_bytes(file.location))


def delete_records(store: Store, locations: Iterable[str]) -> None:
    """Delete records that are in the cost table; one that is gone already is no error."""
    for location in locations:
        store.delete(location)


def _parsed(location: str, content: bytes) -> UsageRecord:
    try:
        return UsageRecord.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or Path(location).name
        raise UsageNotReadable(location, f"{where}: {first['msg']}") from error
