"""Bytes of a table by what they are for, and what they cost a month."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from platform_assets.lake.policy import ArchiveClass
from platform_assets.lake.store import FileInfo

PriceList = Literal["local", "s3"]
StorageClass = Literal["STANDARD", "STANDARD_IA", "GLACIER_IR"]

GIBIBYTE = 1024**3
# US dollars a GB (2^30 bytes) and month, region us-east-1, first 50 TB, as of March 2026, from
# https://aws.amazon.com/s3/pricing/. Requests, retrieval and early deletion are not in them.
S3_DOLLARS: dict[StorageClass, float] = {"STANDARD": 0.023, "STANDARD_IA": 0.0125, "GLACIER_IR": 0.004}
# S3 leaves smaller files in the class they are in:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
SMALLEST_ARCHIVED = 128 * 1024


@dataclass(frozen=True)
class Footprint:
    """Bytes of one table.

    Attributes:
        data: rows that a snapshot refers to, in the class of fresh files.
        archived: rows that a snapshot refers to, old enough for the archive class.
        metadata: Iceberg's own files.
        unreferenced: files that no snapshot refers to: staged a moment ago, or left behind.
        held_by_tags: of data and archived, the part that a tagged snapshot refers to.
    """

    data: int = 0
    archived: int = 0
    metadata: int = 0
    unreferenced: int = 0
    held_by_tags: int = 0

    @property
    def bytes(self) -> int:
        """All bytes."""
        return self.data + self.archived + self.metadata + self.unreferenced

    def monthly_dollars(self, prices: PriceList, archive_class: ArchiveClass) -> float:
        """What they cost a month: bytes / 2^30 times the price of their class; a local disk is paid for already."""
        if prices == "local":
            return 0.0
        fresh = (self.bytes - self.archived) * S3_DOLLARS["STANDARD"]
        return (fresh + self.archived * S3_DOLLARS[archive_class]) / GIBIBYTE


def footprint(
    files: Iterable[FileInfo],
    reachable: Collection[str],
    tagged: Collection[str],
    archived_before: datetime | None,
) -> Footprint:
    """The footprint of a table's stored ``files``.

    Args:
        reachable: locations that a snapshot, or the table itself, refers to.
        tagged: locations that a tagged snapshot refers to.
        archived_before: data files written up to then are in the archive class.
    """
    data = archived = metadata = unreferenced = held = 0
    for file in files:
        if file.location not in reachable:
            unreferenced += file.bytes
        elif is_metadata(file.location):
            metadata += file.bytes
        elif archived_before is not None and file.modified <= archived_before and file.bytes >= SMALLEST_ARCHIVED:
            archived += file.bytes
        else:
            data += file.bytes
        if file.location in tagged and not is_metadata(file.location):
            held += file.bytes
    return Footprint(data, archived, metadata, unreferenced, held)


def is_metadata(location: str) -> bool:
    """Whether a file of a table is Iceberg's own."""
    return location.rpartition("/")[0].endswith("/metadata")
