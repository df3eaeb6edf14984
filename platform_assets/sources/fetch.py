"""A published month becomes a delivery: the files it needs are downloaded, and its rows land as one complete file."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.lake import Window
from platform_assets.lake.partitions import MONTH_FORMAT
from platform_assets.quality.contract import Partitions, contract_window
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.source import BtsOnTime
from platform_assets.sources.archive import ArchiveLimits, verify_archive
from platform_assets.sources.bts import DELIVERABLE, INSTANT_FORMAT, read_month
from platform_assets.sources.download import Downloader, Manners, Tell
from platform_assets.sources.errors import NotFetchable, NotFound, NotPublished
from platform_assets.sources.files import appearing
from platform_assets.sources.local_time import local_months


@dataclass(frozen=True)
class Fetched:
    """A fetched month in the landing folder; ``changed`` says whether the file there is new or has new content."""

    dataset: str
    partition: str
    path: Path
    rows: int
    changed: bool

    def __str__(self) -> str:
        if self.changed:
            return f"{self.dataset} {self.partition}: {self.rows:,} rows delivered to {self.path}"
        return f"{self.dataset} {self.partition}: nothing new, {self.path} has the same {self.rows:,} rows"


def source_downloader(declaration: DatasetDeclaration, folder: Path, tell: Tell | None = None) -> Downloader:
    """A downloader with the manners that a dataset's source declares, and its cache in ``folder``."""
    return Downloader(folder, Manners(pause=_source(declaration).pause_seconds), tell=tell)


def fetch_month(
    declaration: DatasetDeclaration,
    partition: str,
    landing: Path,
    downloader: Downloader,
    limits: ArchiveLimits | None = None,
) -> Fetched:
    """Deliver a partition of a dataset from its declared source.

    A partition is a month of UTC, the source's files are months of local time: every local month that has a moment
    within the partition is needed (for New York that month and the one before it). All of them are there before
    anything is delivered. The file appears complete, by a rename; if it is there already with the same content,
    it is not touched. Rows are in the order of their keys, so that equal rows are equal bytes.

    Args:
        partition: as in 2013-02.
        landing: folder that the arrival sensor watches.

    Raises:
        NotFetchable: the dataset declares no source, or no such partition.
        NotPublished: a local month that is needed is not published.
        DownloadFailed: the server refuses a file, or every attempt failed.
        ArchiveRefused: a file is damaged or does not hold what it should.
    """
    source, window = _source(declaration), _window(declaration, partition)
    guard = limits or ArchiveLimits()
    needed = local_months(window, source.origins.values())
    # The latest first: it is the one that may not be published yet.
    archives = {
        month: _archive(declaration.name, partition, source, month, downloader, guard) for month in needed[::-1]
    }
    tables = [_in_window(read_month(archives[month], month, source, guard), window, month) for month in needed]
    return _deliver(declaration, partition, pa.concat_tables(tables), landing)


def fetch_newest(
    declaration: DatasetDeclaration, landing: Path, downloader: Downloader, now: datetime | None = None
) -> Iterator[Fetched | NotPublished]:
    """Deliver the newest partitions that have ended; those that are not published yet are reported, not raised.

    Yields:
        what became of each, the oldest first; ``source.newest_months`` says how many.
    """
    source = _source(declaration)
    for partition in _ended(declaration, now or datetime.now(UTC))[-source.newest_months :]:
        try:
            yield fetch_month(declaration, partition, landing, downloader)
        except NotPublished as error:
            yield error


def _source(declaration: DatasetDeclaration) -> BtsOnTime:
    if declaration.source is None:
        raise NotFetchable(
            f"{declaration.name} declares no source to fetch from. Add one under 'source' in its defs.yaml, or deliver "
            "its files yourself."
        )
    unknown = [column.name for column in declaration.columns if column.name not in DELIVERABLE]
    if unknown:
        raise NotFetchable(
            f"{declaration.name}.columns: the source {declaration.source.kind} does not have {', '.join(unknown)}. "
            f"Remove them, or choose from: {', '.join(DELIVERABLE)}."
        )
    return declaration.source


def _window(declaration: DatasetDeclaration, partition: str) -> Window:
    partitions = _partitions(declaration)
    window = contract_window(declaration, partition) if _is_month(partition) else None
    if window is None or partition < partitions.start or (partitions.end is not None and partition >= partitions.end):
        until = f"before {partitions.end}" if partitions.end else "open end"
        raise NotFetchable(
            f"{partition} is no partition of {declaration.name} (months from {partitions.start}, {until}). "
            "Choose another month, or widen the dataset's partitions in defs.yaml."
        )
    return window


def _partitions(declaration: DatasetDeclaration) -> Partitions:
    if declaration.partitions is None:
        raise NotFetchable(f"{declaration.name} has no partitions. A source of monthly files needs them: declare them.")
    return declaration.partitions


def _is_month(text: str) -> bool:
    return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) is not None


def _ended(declaration: DatasetDeclaration, now: datetime) -> list[str]:
    partitions = _partitions(declaration)
    first, this = datetime.strptime(partitions.start, MONTH_FORMAT), now.strftime(MONTH_FORMAT)
    months = (first.year * 12 + first.month - 1 + number for number in itertools.count())
    named = (f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months)
    return list(itertools.takewhile(lambda month: month < min(this, partitions.end or this), named))


def _archive(
    dataset: str, partition: str, source: BtsOnTime, month: str, downloader: Downloader, limits: ArchiveLimits
) -> Path:
    url = source.address(month)
    try:
        return downloader.fetch(url, check=lambda path: verify_archive(path, limits)).path
    except NotFound as error:
        raise NotPublished(dataset, partition, month, url) from error


def _in_window(table: pa.Table, window: Window, month: str) -> pa.Table:
    """The rows of a partition; a row without an instant is one of its local month's, where the audit will see it."""
    start, end = (moment.strftime(INSTANT_FORMAT) for moment in (window.start, window.end))
    hours = table["time_hour"]
    inside = pc.and_(pc.greater_equal(hours, start), pc.less(hours, end))
    return table.filter(pc.fill_null(inside, month == window.start.strftime(MONTH_FORMAT)))


def _deliver(declaration: DatasetDeclaration, partition: str, rows: pa.Table, landing: Path) -> Fetched:
    path = landing / declaration.landing_file(partition)
    text = _as_csv(declaration, rows.sort_by([(key, "ascending") for key in declaration.keys]))
    changed = not path.is_file() or path.read_bytes() != text.encode()
    if changed:
        with appearing(path) as file:
            file.write(text)
    return Fetched(declaration.name, partition, path, rows.num_rows, changed)


def _as_csv(declaration: DatasetDeclaration, rows: pa.Table) -> str:
    names = [column.name for column in declaration.columns]
    columns = [pc.fill_null(rows[name], declaration.arrival.null_values).to_pylist() for name in names]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()
