"""How long a table keeps what: rows by the age of their month, versions by when they were replaced, files by age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

CountedFrom = Literal["today", "newest_partition"]
# Storage classes whose files are read at once, so that an archived month reads like any other.
ArchiveClass = Literal["STANDARD_IA", "GLACIER_IR"]

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class RetentionPolicy:
    """What one table keeps.

    Attributes:
        history: how long a version without a tag can still be read after a newer one replaced it.
        expire_after_months: age at which a month's rows go; None keeps them for ever.
        counted_from: what a month's age is measured against.
        archive_after_days: age at which a data file moves to the archive class, on S3; None keeps it where it is.
        archive_class: the cheaper storage class.
        grace: how long a file that nothing refers to is left alone: its publish may still be running.
        small_files: a partition may have so many small files; more are merged.
        small_bytes: a file below this size is small.
        target_bytes: about the size of a merged file.
    """

    history: timedelta = timedelta(days=30)
    expire_after_months: int | None = None
    counted_from: CountedFrom = "today"
    archive_after_days: int | None = None
    archive_class: ArchiveClass = "GLACIER_IR"
    grace: timedelta = timedelta(days=1)
    small_files: int = 4
    small_bytes: int = 16 * MEBIBYTE
    target_bytes: int = 128 * MEBIBYTE

    def archived_before(self, now: datetime) -> datetime | None:
        """Files written up to then are in the archive class by now; None if the table has no archive."""
        return None if self.archive_after_days is None else now - timedelta(days=self.archive_after_days)
