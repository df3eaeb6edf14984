"""The history of a table: one line per publish, from what its snapshots recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_assets.lake.publish import PROPERTY_PREFIX, PUBLISH_ID

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.table.snapshots import Snapshot

# Recorded by commits that change files, not rows.
UPKEEP = "retention"
ROLLED_BACK_TO, ROLLBACK_REASON, ROLLBACK_WHO = "rolled-back-to", "reason", "who"


@dataclass(frozen=True)
class Version:
    """What one publish made of the table.

    Attributes:
        committed_at: when the snapshot was made (UTC).
        operation: added, replaced, removed, rolled back, or the upkeep that it was.
        rows_added: rows of the files that came.
        rows_removed: rows of the files that left.
        rows: rows of the whole table since then.
        partition: the partition that was published; None for a whole table.
        tags: names of this snapshot.
        facts: everything that the publish recorded, run and code commit included.
    """

    snapshot_id: int
    committed_at: datetime
    operation: str
    rows_added: int
    rows_removed: int
    rows: int
    tags: tuple[str, ...]
    current: bool
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str | None:
        """The published partition; None for a whole table."""
        return self.facts.get("partition") or None

    def as_row(self) -> dict[str, object]:
        """As plain values for people and JSON; the snapshot as text, because it is longer than JSON's numbers."""
        return {
            "snapshot": str(self.snapshot_id),
            "time": self.committed_at.isoformat(timespec="seconds"),
            "operation": self.operation,
            "partition": self.partition,
            "rows added": self.rows_added,
            "rows removed": self.rows_removed,
            "rows": self.rows,
            "run": self.facts.get("run-id"),
            "code commit": self.facts.get("code-commit"),
            "contract version": self.facts.get("contract-version"),
            "tags": list(self.tags),
            "who": self.facts.get(ROLLBACK_WHO),
            "reason": self.facts.get(ROLLBACK_REASON),
        }


def versions(metadata: TableMetadata) -> Iterator[Version]:
    """The versions that the table keeps, newest first."""
    tags: dict[int, list[str]] = {}
    for name, ref in metadata.refs.items():
        if ref.snapshot_ref_type == "tag":
            tags.setdefault(ref.snapshot_id, []).append(name)
    for *halves, last in reversed(commits(metadata)):
        named = tuple(sorted(tags.get(last.snapshot_id, ())))
        yield _version(last, halves, named, last.snapshot_id == metadata.current_snapshot_id)


def commits(metadata: TableMetadata) -> list[list[Snapshot]]:
    """Snapshots that were committed together, oldest first; only the last of each could ever be read as the table.

    There is more than one where a publish had to write files anew that hold other rows as well.
    """
    visible = {entry.snapshot_id for entry in metadata.snapshot_log}
    result: list[list[Snapshot]] = []
    for snapshot in sorted(metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0):
        if snapshot.snapshot_id not in visible:
            continue
        publish = _property(snapshot, PUBLISH_ID)
        if result and publish is not None and _property(result[-1][-1], PUBLISH_ID) == publish:
            result[-1].append(snapshot)
        else:
            result.append([snapshot])
    return result


def recorded(snapshot: Snapshot) -> dict[str, str]:
    """What the publish of a snapshot recorded: run, code commit, contract version, inputs, source files."""
    summary = snapshot.summary.additional_properties if snapshot.summary else {}
    return {
        key.removeprefix(PROPERTY_PREFIX): value for key, value in summary.items() if key.startswith(PROPERTY_PREFIX)
    }


def moment_of(snapshot: Snapshot) -> datetime:
    """When the snapshot was made (UTC)."""
    return datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)


def _version(snapshot: Snapshot, halves: list[Snapshot], tags: tuple[str, ...], current: bool) -> Version:
    facts = recorded(snapshot)
    added = _count(snapshot, "added-records")
    removed = sum(_count(part, "deleted-records") - _count(part, "added-records") for part in halves)
    removed += _count(snapshot, "deleted-records")
    return Version(
        snapshot_id=snapshot.snapshot_id,
        committed_at=moment_of(snapshot),
        operation=_operation(added, removed, facts),
        rows_added=added,
        rows_removed=removed,
        rows=_count(snapshot, "total-records"),
        tags=tags,
        current=current,
        facts=facts,
    )


def _operation(added: int, removed: int, facts: Mapping[str, str]) -> str:
    if ROLLED_BACK_TO in facts:
        return "rolled back"
    if UPKEEP in facts:
        return facts[UPKEEP]
    if added:
        return "replaced" if removed else "added"
    return "removed" if removed else "added"


def _count(snapshot: Snapshot, name: str) -> int:
    return int(_property(snapshot, name) or 0)


def _property(snapshot: Snapshot, name: str) -> str | None:
    return snapshot.summary.additional_properties.get(name) if snapshot.summary else None
