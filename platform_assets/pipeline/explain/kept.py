"""Versions that are kept, and what can still be said of those that have expired."""

from __future__ import annotations

from collections.abc import Sequence

from platform_assets.lake.history import Version
from platform_assets.lake.version_errors import SnapshotNotFound
from platform_assets.pipeline.expired_versions import expired_versions
from platform_assets.pipeline.explain.errors import NotExplained
from platform_assets.pipeline.explain.surroundings import Surroundings

_KEEP_LONGER = (
    "The rows that it had were replaced since, so they cannot be shown. To keep such versions longer, raise "
    "retention.history_days, or name them with 'platform data tag' before they expire."
)


def known_versions(around: Surroundings, table: str) -> dict[int, Version]:
    """The versions of a table by snapshot: those that it keeps, and those that were noted before they expired."""
    return around.once(("known versions", table), lambda: _known_versions(around, table))


def readable(around: Surroundings, table: str, snapshot: int, partitions: Sequence[str | None]) -> int:
    """A snapshot from which the rows that ``snapshot`` has of these partitions can be read.

    That is the snapshot itself or, if it has expired, the current one, provided that the files of all these partitions
    came into the table by a commit that was not later: then they are the ones that the snapshot had.

    Raises:
        NotExplained: it has expired, and the rows were replaced since or it was not noted.
    """
    versions = around.versions(table)
    try:
        return versions.snapshot(snapshot)
    except SnapshotNotFound as error:
        known = known_versions(around, table)
        expired = known.get(snapshot)
        for partition in partitions:
            added = known.get(versions.added_by(versions.current, partition) or 0)
            if expired is None or added is None or added.committed_at > expired.committed_at:
                raise NotExplained(f"{error} {_KEEP_LONGER}") from error
        return versions.current


def _known_versions(around: Surroundings, table: str) -> dict[int, Version]:
    kept = {version.snapshot_id: version for version in around.versions(table).history()}
    return {**expired_versions(around.lake, table), **kept}
