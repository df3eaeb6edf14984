"""Files that no snapshot refers to: what a crash, a refused publish or an expired version left behind."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.lake.store import FileInfo

if TYPE_CHECKING:
    from platform_assets.lake.lake import Lake

# Where a table's files are; whatever else somebody put below its folder is not ours to delete.
OURS = re.compile(r"/(data|metadata)/")
STAGING_FOLDER = re.compile(r"/data/[0-9a-f]{32}$")
# A staged file, in a table that may not exist yet: namespace/table/data/<32 hexadecimal digits>/file
STAGED = re.compile(r"[^/]+/[^/]+/data/[0-9a-f]{32}/.+")


def orphans(stored: Iterable[FileInfo], reachable: Collection[str], written_before: datetime) -> list[FileInfo]:
    """Stored files that nothing refers to and that were written before ``written_before``.

    A publish that is still running has younger files than any sensible grace time, so it is not harmed. ``stored`` must
    have been listed before ``reachable`` was read: a file that was published in between is then seen as referred to.
    """
    return [
        file
        for file in stored
        if file.location not in reachable and file.modified < written_before and OURS.search(file.location)
    ]


def abandoned_staging(lake: Lake, written_before: datetime) -> list[FileInfo]:
    """Old staged files below folders of tables that were never published, as of jobs that died in their first run."""
    tables = tuple(lake.store.location(*name.split("."), "") for name in lake.tables())
    start = len(lake.store.location(""))
    return [
        file
        for file in lake.store.list(lake.store.root)
        if STAGED.fullmatch(file.location[start:])
        and file.modified < written_before
        and not file.location.startswith(tables)
    ]


def delete_files(lake: Lake, files: Iterable[FileInfo]) -> int:
    """Delete files, and staging folders that are empty then; returns bytes. A second call changes nothing."""
    deleted = 0
    folders = set()
    for file in files:
        lake.store.delete(file.location)
        deleted += file.bytes
        folders.add(file.location.rpartition("/")[0])
    if lake.store.is_local:
        for folder in filter(STAGING_FOLDER.search, folders):
            # Not empty, or gone already: somebody else's business.
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
    return deleted
