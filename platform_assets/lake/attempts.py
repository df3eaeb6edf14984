"""A commit that another writer beat is planned again on what that writer left."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from platform_assets.lake.errors import PublishConflict

if TYPE_CHECKING:
    from pyiceberg.table import Table

MAX_ATTEMPTS = 40

_Committed = TypeVar("_Committed")


def until_committed(table: Table, name: str, commit: Callable[[], _Committed]) -> _Committed:
    """What ``commit`` gives, called again on the refreshed table for as long as other writers commit first.

    Raises:
        PublishConflict: they did so too many times; the table is unchanged.
    """
    from pyiceberg.exceptions import CommitFailedException

    for attempt in range(MAX_ATTEMPTS):
        try:
            return commit()
        except CommitFailedException:
            time.sleep(random.uniform(0.01, 0.05) * min(attempt + 1, 20))
            table.refresh()
    raise PublishConflict(name, MAX_ATTEMPTS)
