"""Requests to S3 are counted about as the server sees them; a local lake makes none."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ceph import S3Server
from faulty_proxy import Faults, faulty_proxy
from publisher import publish

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.requests import Requests, listing, requests_made
from platform_assets.lake.s3 import S3Access

PARTITION = "2013-01"


def use(lake: Lake, events: TableSpec) -> Requests:
    """What some publishes and reads count."""
    before = requests_made()
    for turn in range(3):
        publish(lake, events, PARTITION, f"turn {turn}", 4)
        lake.read(events.name, month_window(PARTITION, "happened"))
    lake.store.list(lake.store.root)
    return requests_made() - before


@pytest.mark.s3
@pytest.mark.slow
def test_what_is_counted_is_about_what_the_server_is_asked(
    new_s3_lake: Callable[[], Lake], s3_endpoint: S3Server, events: TableSpec
) -> None:
    kind, (warehouse, catalog, _) = new_s3_lake().__reduce__()
    faults = Faults({})
    with faulty_proxy(s3_endpoint.port, faults) as endpoint:
        counted = use(kind(warehouse, catalog, S3Access(endpoint)), events)

    seen = faults.seen["none"]
    assert counted.puts > 0
    assert counted.gets > 0
    assert 0.7 * seen <= counted.puts + counted.gets <= 1.1 * seen


def test_a_lake_on_a_disk_asks_nobody(tmp_path: Path, events: TableSpec) -> None:
    assert use(Lake(tmp_path), events) == Requests()


@pytest.mark.parametrize(("files", "requests"), [(0, 1), (1000, 1), (1001, 2)])
def test_a_listing_is_a_request_for_each_thousand_files(files: int, requests: int) -> None:
    assert listing(files) == Requests(puts=requests)
