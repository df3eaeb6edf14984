"""The quarantine table: its entries are listed, found, and replaced by what was decided on them.

Order of a refusal: the manifest (a copy of the entry), the files, the row in the table. Entries are read from both, so
one whose process died before its row was written is listed all the same; a decision on it writes the row.
"""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from platform_assets.lake import Lake
from platform_assets.lake.guards import rows_of
from platform_assets.lake.partitions import Values
from platform_assets.lake.quarantine import manifests
from platform_assets.pipeline.quarantine_entry import OPEN, QUARANTINE, Entry, Status
from platform_assets.pipeline.quarantine_errors import AlreadyDecided, DecisionUnexplained, EntryNotFound
from platform_assets.quality.contract import Contract

if TYPE_CHECKING:
    from pyiceberg.table import Table


@dataclass(frozen=True)
class Decision:
    """Who decides, and why.

    Raises:
        DecisionUnexplained: one of them is empty.
    """

    who: str
    why: str

    def __post_init__(self) -> None:
        for value, missing in ((self.who, "who makes it"), (self.why, "why")):
            if not value.strip():
                raise DecisionUnexplained(missing)


def new_id() -> str:
    """A short identifier that people can copy; one in 2^48."""
    return uuid.uuid4().hex[:12]


def os_user() -> str:
    """The user of the operating system, for decisions made at the command line; empty if it does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def keeps_delivered_file(declaration: Contract) -> bool:
    """Whether a refused delivery may be copied: not if a column is personal, for the file holds what it protects."""
    return all(column.personal is None for column in declaration.columns)


def entries(lake: Lake) -> list[Entry]:
    """Every refusal, oldest first."""
    rows = lake.read(QUARANTINE.name).to_pylist() if lake.exists(QUARANTINE.name) else []
    found = {entry.quarantine_id: entry for entry in map(Entry.of_row, rows)}
    unlisted = map(Entry.model_validate, manifests(lake.store, besides=found))
    return sorted([*found.values(), *unlisted], key=lambda entry: entry.refused_at)


def find_entry(lake: Lake, quarantine_id: str) -> Entry:
    """The entry whose id is, or begins with, ``quarantine_id``; raises EntryNotFound unless there is exactly one."""
    matching = [entry for entry in entries(lake) if quarantine_id and entry.quarantine_id.startswith(quarantine_id)]
    exact = [entry for entry in matching if entry.quarantine_id == quarantine_id]
    if len(exact or matching) != 1:
        raise EntryNotFound(quarantine_id, [entry.quarantine_id for entry in matching])
    return (exact or matching)[0]


def list_entry(lake: Lake, entry: Entry, allowed: Sequence[Status] = OPEN) -> Entry:
    """Write the entry's row, in place of an older one, unless somebody decided meanwhile; returns the entry.

    Raises:
        AlreadyDecided: the status in the table is none of ``allowed``.
    """
    scope = Values((("quarantine_id", entry.quarantine_id),))
    rows = pa.Table.from_pylist([entry.row()])
    lake.publish_rows(QUARANTINE, scope, rows, {"run-id": entry.run_id}, guard=_still(scope, allowed))
    return entry


def decided(entry: Entry, status: Status, decision: Decision) -> Entry:
    """The entry with a decision, made now."""
    news = {"status": status, "decided_by": decision.who, "reason": decision.why, "decided_at": datetime.now(UTC)}
    return entry.model_copy(update=news)


def already_decided(entry: Entry) -> AlreadyDecided:
    """The error of a second decision."""
    return AlreadyDecided(entry.quarantine_id, entry.status, entry.decided_by, entry.decided_at, entry.reason)


def _still(scope: Values, allowed: Sequence[Status]) -> Callable[[Table], None]:
    def guard(table: Table) -> None:
        for row in rows_of(table, scope, ("*",)):
            current = Entry.of_row(row)
            if current.status not in allowed:
                raise already_decided(current)

    return guard
