"""How long a table keeps its rows and versions, as declared; left out, rows stay for ever and versions for 30 days."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from platform_assets.lake.policy import ArchiveClass, CountedFrom, RetentionPolicy
from platform_assets.quality.declared import Declared

# S3 moves nothing younger to its cheaper class of instantly readable files:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
YOUNGEST_ARCHIVED_DAYS = 31


class Retention(Declared):
    """How long a table keeps what; versions with a tag stay, whatever is declared."""

    history_days: float = Field(
        default=30, ge=1, description="How long a version can still be read after a newer one replaced it."
    )
    expire_after_months: int | None = Field(
        default=None, ge=1, description="Age in months at which the rows of a month go; left out: never."
    )
    counted_from: CountedFrom = Field(
        default="today",
        description="What a month's age is measured against: the calendar, or the table's newest partition.",
    )
    archive_after_days: int | None = Field(
        default=None,
        ge=YOUNGEST_ARCHIVED_DAYS,
        description="Age in days at which a data file on S3 moves to the archive class; left out: never.",
    )
    archive_class: ArchiveClass = Field(
        default="GLACIER_IR", description="Storage class of archived files; both are read at once, like any other."
    )

    def policy(self) -> RetentionPolicy:
        """The declaration in the lake's words."""
        return RetentionPolicy(
            history=timedelta(days=self.history_days),
            expire_after_months=self.expire_after_months,
            counted_from=self.counted_from,
            archive_after_days=self.archive_after_days,
            archive_class=self.archive_class,
        )


def retention_problem(retention: Retention | None, *, partitioned: bool) -> str | None:
    """What does not fit between a retention and its table, with the remedy; None if all is well."""
    if retention is not None and retention.expire_after_months is not None and not partitioned:
        return "expire_after_months needs a table that is cut by month. Declare partitions, or leave it out."
    return None
