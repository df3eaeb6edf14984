"""Which files of a landing folder are new, which wait, and which belong to nobody."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from platform_assets.landing import Changes, Interest, Seen, find_changes
from platform_assets.landing.folder import FolderLanding

Shop = Callable[..., Interest]
Drop = Callable[..., Path]
Look = Callable[..., Changes]


@pytest.fixture
def look(folder: Path) -> Look:
    """``look(interest, seen)``: one look at the folder; what was seen goes through its text, as between two ticks."""

    def once(interest: Interest, seen: Seen, limit: int = 1000) -> Changes:
        before = Seen.from_text(seen.as_text())
        changes = find_changes(FolderLanding(folder), interest, before, time.time(), limit)
        seen.files, seen.receipts = before.files, before.receipts
        return changes

    return once


def names(changes: Changes) -> list[str]:
    return [arrival.landed.name for arrival in changes.new]


def test_new_files_are_told_once_by_partition(look: Look, shop: Shop, drop: Drop) -> None:
    seen = Seen()
    for name in ("sales/2013-02.csv", "returns/2013-02.csv", "sales/2013-01.csv"):
        drop(name)

    assert names(look(shop(), seen)) == ["sales/2013-01.csv", "sales/2013-02.csv", "returns/2013-02.csv"]
    assert names(look(shop(), seen)) == []


def test_late_data_for_an_old_partition_is_taken(look: Look, shop: Shop, drop: Drop) -> None:
    seen = Seen()
    drop("sales/2024-12.csv")
    look(shop(), seen)
    drop("sales/1987-01.csv")

    assert names(look(shop(), seen)) == ["sales/1987-01.csv"]


def test_a_file_taken_away_and_delivered_again_with_the_same_content_changes_nothing(
    look: Look, shop: Shop, drop: Drop
) -> None:
    seen = Seen()
    drop("sales/2013-02.csv", "a\n")
    look(shop(), seen)
    drop("sales/2013-02.csv", "a\n").unlink()
    look(shop(), seen)
    drop("sales/2013-02.csv", "a\n", seconds_ago=30)

    assert names(look(shop(), seen)) == []
    drop("sales/2013-02.csv", "b\n", seconds_ago=20)
    assert names(look(shop(), seen)) == ["sales/2013-02.csv"]


def test_no_more_partitions_than_the_limit_are_told_and_the_rest_follows(look: Look, shop: Shop, drop: Drop) -> None:
    seen, told = Seen(), []
    for month in range(1, 8):
        drop(f"sales/2013-{month:02}.csv")
        drop(f"returns/2013-{month:02}.csv")

    for expected in (6, 6, 2, 0):
        changes = look(shop(), seen, limit=3)
        assert len(changes.new) == expected
        told += names(changes)

    assert len(set(told)) == 14


def test_a_stray_is_told_until_it_is_gone_and_taken_once_it_is_declared(look: Look, shop: Shop, drop: Drop) -> None:
    seen = Seen()
    stray = drop("returns/2013-02.csv")

    first, second = look(shop("sales"), seen), look(shop("sales"), seen)
    assert [(found.name, found.is_new) for found in first.strays + second.strays] == [
        ("returns/2013-02.csv", True),
        ("returns/2013-02.csv", False),
    ]
    assert names(look(shop("sales", "returns"), Seen.from_text(seen.as_text()))) == ["returns/2013-02.csv"]
    stray.unlink()
    look(shop("sales"), seen)
    assert seen.files == {}


def sha256sum(path: Path) -> str:
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def test_with_manifests_a_file_waits_until_its_manifest_fits(look: Look, shop: Shop, drop: Drop) -> None:
    seen, interest = Seen(), shop("sales", complete="manifest")
    whole = drop("sales/2013-02.csv", "number,sold\n1,x\n2,y\n")
    promise = sha256sum(whole)

    assert look(interest, seen).waiting == ["sales/2013-02.csv"]
    # Cut off exactly at a line end: nothing but the manifest can tell.
    drop("sales/2013-02.csv", "number,sold\n1,x\n", seconds_ago=50)
    drop("sales/2013-02.csv.done", promise, seconds_ago=40)
    for _ in range(2):
        changes = look(interest, seen)
        assert (names(changes), changes.waiting, changes.strays) == ([], ["sales/2013-02.csv"], [])

    drop("sales/2013-02.csv", "number,sold\n1,x\n2,y\n", seconds_ago=30)
    assert names(look(interest, seen)) == ["sales/2013-02.csv"]


def test_with_manifests_a_correction_waits_for_its_own_manifest(look: Look, shop: Shop, drop: Drop) -> None:
    seen, interest = Seen(), shop("sales", complete="manifest")
    drop("sales/2013-02.csv.done", sha256sum(drop("sales/2013-02.csv", "first\n")))
    assert names(look(interest, seen)) == ["sales/2013-02.csv"]

    corrected = drop("sales/2013-02.csv", "second\n", seconds_ago=30)
    assert names(look(interest, seen)) == []
    drop("sales/2013-02.csv.done", sha256sum(corrected), seconds_ago=20)
    assert names(look(interest, seen)) == ["sales/2013-02.csv"]


def test_a_manifest_of_a_dataset_without_manifests_is_a_stray(look: Look, shop: Shop, drop: Drop) -> None:
    drop("sales/2013-02.csv.done")

    assert [stray.name for stray in look(shop(), Seen()).strays] == ["sales/2013-02.csv.done"]


def test_thousands_of_files_take_seconds_and_little_memory(look: Look, shop: Shop, folder: Path) -> None:
    datasets = [f"table{number}" for number in range(11)]
    months = [f"{year}-{month:02}" for year in range(1987, 2025) for month in range(1, 13)]
    for dataset in datasets:
        (folder / dataset).mkdir()
        for month in months:
            path = folder / dataset / f"{month}.csv"
            path.write_text(f"{dataset} {month}\n")
            os.utime(path, (1, 1))
    seen, interest, found = Seen(), shop(*datasets), 0

    started = time.perf_counter()
    for _ in range(len(months) // 50 + 1):
        found += len(look(interest, seen, limit=50).new)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    assert look(interest, seen, limit=50).new == []
    idle = time.perf_counter() - started

    assert found == len(datasets) * len(months) > 5000
    print(f"{found:,} files: {seconds:.2f} s in all, an idle look {idle:.2f} s, {len(seen.as_text()):,} bytes")
    assert seconds < 20
    assert idle < 2
    assert len(seen.as_text()) < 70 * found
