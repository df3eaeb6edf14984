"""Files by location: the same on a disk and on S3."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from platform_assets.lake import Lake
from platform_assets.lake.catalog import open_catalog
from platform_assets.lake.errors import CatalogNeeded, CatalogNotKnown, DriverMissing, WarehouseNotKnown
from platform_assets.lake.store import Store


def test_files_are_written_listed_read_copied_and_deleted(lake: Lake, tmp_path: Path) -> None:
    store, began = lake.store, datetime.now(UTC) - timedelta(minutes=1)
    first, second = store.location("a", "deep", "first.txt"), store.location("a", "second.txt")
    delivered = tmp_path / "delivered.txt"
    delivered.write_bytes(b"delivered")

    store.write_bytes(first, b"one")
    store.write_bytes(first, b"three")
    store.copy(first, second)
    store.copy(str(delivered), store.location("b", "third.txt"))

    assert [(file.location, file.bytes) for file in store.list(store.location("a"))] == [(first, 5), (second, 5)]
    assert all(began < file.modified < datetime.now(UTC) + timedelta(minutes=1) for file in store.list(store.root))
    assert store.read_bytes(second) == b"three"
    assert store.read_bytes(store.location("b", "third.txt")) == b"delivered"
    assert store.exists(first)
    store.delete(first)
    assert not store.exists(first)
    store.delete_all(store.location("a"))
    assert [file.location for file in store.list(store.root) if "/a/" in file.location] == []


def test_what_is_not_there_is_an_empty_list_and_deletes_as_well(lake: Lake) -> None:
    nowhere = lake.store.location("nowhere")

    lake.store.delete(nowhere)
    lake.store.delete_all(nowhere)

    assert lake.store.list(nowhere) == []
    assert not lake.store.exists(nowhere)
    with pytest.raises(FileNotFoundError):
        lake.store.read_bytes(nowhere)


def test_rows_survive_a_parquet_file(lake: Lake) -> None:
    rows = pa.table({"number": [1, 2, None]})
    location = lake.store.location("number=7", "rows.parquet")

    lake.store.write_parquet(location, rows)

    assert lake.store.read_parquet(location).equals(rows)


@pytest.mark.parametrize("root", ["", "s3://", "s3:///", "gs://bucket", "file://", "https://host/folder"])
def test_a_warehouse_of_another_kind_is_refused(root: str) -> None:
    with pytest.raises(WarehouseNotKnown, match=r"is neither a folder nor s3://bucket/prefix\. Set PLATFORM_WAREHOUSE"):
        Store(root)


def test_the_root_of_a_folder_is_absolute_and_without_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Store("lake").root == Store(f"file://{tmp_path}/lake/").root == Store(tmp_path / "lake").root
    assert Store("s3://bucket/prefix/").location("a", "b") == "s3://bucket/prefix/a/b"


def test_a_warehouse_on_s3_without_a_catalog_says_which_to_name() -> None:
    with pytest.raises(CatalogNeeded, match="Set PLATFORM_CATALOG to the address of a PostgreSQL database"):
        open_catalog(None, Store("s3://bucket/prefix"))


@pytest.mark.parametrize("address", ["mysql://host/name", "nonsense", "oracle://x"])
def test_a_catalog_of_another_kind_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogNotKnown, match=r"is not known\. Set PLATFORM_CATALOG"):
        open_catalog(address, Store(tmp_path))


@pytest.mark.parametrize(
    ("address", "package", "extra"), [("glue", "boto3", "aws"), ("postgresql://x/y", "psycopg", "postgres")]
)
def test_a_catalog_whose_driver_is_missing_names_the_extra(
    address: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform_assets.lake.catalog.importlib.util.find_spec", lambda name: None)

    with pytest.raises(DriverMissing, match=rf"needs the package {package}.* 'platform-assets\[{extra}\]'"):
        open_catalog(address, Store(tmp_path))
