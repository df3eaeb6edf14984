"""What a contract says about itself over time: who is told, what changed in which version, and until when it lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from platform_assets.quality.declared import Declared

Told = Annotated[
    str,
    Field(
        pattern=r"^(team:\S+|[^@\s]+@[^@\s]+\.[^@\s]+)$", description="An e-mail address, or 'team:name' as in Dagster."
    ),
]


class Deprecation(Declared):
    """The announced end of a table; its rows stay readable, and readers are warned."""

    date: dt.date = Field(description="Day after which nobody should read it any more, as in 2026-06-30.")
    reason: str = Field(min_length=1, description="Why it ends.")
    replacement: str | None = Field(
        default=None, description="Dataset or feature set to read instead, if there is one."
    )

    def in_words(self, name: str) -> str:
        """The announcement in one sentence or two, for readers of table ``name``."""
        instead = f" Read '{self.replacement}' instead." if self.replacement else ""
        return f"'{name}' is deprecated from {self.date} on: {self.reason.rstrip('.')}.{instead}"


class ContractVersion(Declared):
    """One entry of a contract's changelog."""

    version: int = Field(ge=1, description="Contract version that brought the change.")
    date: dt.date = Field(description="Day of the change, as in 2026-01-31.")
    change: str = Field(min_length=1, description="What changed and why, for readers of the table.")


def changelog_problem(changelog: Sequence[ContractVersion], version: int) -> str | None:
    """What is wrong with a changelog under a contract of ``version``, with the remedy; None if it is in order.

    A first version needs none. Later ones need an entry each time the version is raised, newest first.
    """
    listed = [entry.version for entry in changelog]
    if not listed and version == 1:
        return None
    if listed != sorted(set(listed), reverse=True):
        return f"versions {', '.join(map(str, listed))} are not in order. List each version once, the newest first."
    if not listed or listed[0] != version:
        newest = f"its newest entry is of version {listed[0]}" if listed else "it has no entry"
        return (
            f"the contract is version {version}, but {newest}. Add an entry that says what version {version} changed, "
            "or correct the version."
        )
    return None
