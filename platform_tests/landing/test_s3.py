"""Deliveries on a real S3 server are found, told apart by ETag, and fetched."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ceph import S3Server

from platform_assets.landing import Interest, Landing, LandingError, Seen, find_changes, open_landing
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.quality.errors import DeliveryMissing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.s3

Shop = Callable[..., Interest]
MUCH_LATER = 4e9


class Bucket:
    """A prefix of the server's bucket, and the landing there."""

    def __init__(self, server: S3Server, client: S3Client) -> None:
        self.prefix = uuid.uuid4().hex
        self.address = f"s3://{server.bucket}/{self.prefix}"
        self.landing: Landing = open_landing(self.address, server.endpoint, "us-east-1")
        self._server, self._client = server, client

    def put(self, name: str, content: bytes = b"number,sold\n") -> None:
        self._client.put_object(Bucket=self._server.bucket, Key=f"{self.prefix}/{name}", Body=content)


@pytest.fixture
def bucket(real_s3: S3Server, s3_client: Callable[[str], S3Client]) -> Bucket:
    return Bucket(real_s3, s3_client(real_s3.endpoint))


def new(bucket: Bucket, interest: Interest, seen: Seen) -> list[str]:
    return [found.landed.name for found in find_changes(bucket.landing, interest, seen, MUCH_LATER, 1000).new]


def test_objects_are_taken_once_and_again_only_with_new_content(bucket: Bucket, shop: Shop) -> None:
    seen = Seen()
    bucket.put("sales/2013-02.csv", b"a\n")
    bucket.put("sales/.hidden")
    assert new(bucket, shop(), seen) == ["sales/2013-02.csv"]

    bucket.put("sales/2013-02.csv", b"a\n")
    assert new(bucket, shop(), seen) == []
    bucket.put("sales/2013-02.csv", b"b\n")
    assert new(bucket, shop(), seen) == ["sales/2013-02.csv"]


def test_more_than_a_thousand_objects_are_listed(bucket: Bucket, shop: Shop) -> None:
    months = [f"{year}-{month:02}" for year in range(1987, 2025) for month in range(1, 13)]
    keys = [f"{dataset}/{month}.csv" for dataset in ("sales", "returns", "gifts") for month in months]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(bucket.put, keys))

    assert sorted(new(bucket, shop("sales", "returns", "gifts"), Seen())) == sorted(keys)
    assert len(keys) > 1000


def test_a_fetched_file_is_a_copy_with_its_manifest(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("sales/2013-02.csv", b"whole\n")
    bucket.put("sales/2013-02.csv.done", b"promise\n")

    path = bucket.landing.fetch("sales/2013-02.csv", tmp_path)

    assert path == tmp_path / "sales" / "2013-02.csv"
    assert path.read_bytes() == b"whole\n"
    assert path.with_name("2013-02.csv.done").read_bytes() == b"promise\n"
    assert bucket.landing.fetch("sales/2013-03.csv", tmp_path) is None
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["2013-02.csv", "2013-02.csv.done"]


def test_with_manifests_an_object_waits_for_its_manifest(bucket: Bucket, shop: Shop) -> None:
    seen, interest = Seen(), shop("sales", complete="manifest")
    bucket.put("sales/2013-02.csv")
    assert new(bucket, interest, seen) == []

    bucket.put("sales/2013-02.csv.done")
    assert new(bucket, interest, seen) == ["sales/2013-02.csv"]


def test_a_bucket_that_is_not_there_is_told(real_s3: S3Server, shop: Shop) -> None:
    landing = open_landing("s3://nowhere/at/all", real_s3.endpoint, "us-east-1")

    with pytest.raises(
        LandingError, match=r"The landing place s3://nowhere/at/all cannot be read: .*the next tick looks"
    ):
        find_changes(landing, shop(), Seen(), MUCH_LATER, 10)


def test_a_run_reads_what_was_delivered_to_s3(bucket: Bucket, workspace: Workspace, product: Product) -> None:
    away = dataclasses.replace(workspace, remote_landing=bucket.landing)
    with pytest.raises(DeliveryMissing, match=f"there is no file {bucket.address}/airlines.csv"):
        materialise_dataset(away, product, "airlines", None)

    bucket.put("airlines.csv", b"carrier,name\nAA,American\nUA,United\n")

    done = materialise_dataset(away, product, "airlines", None)
    assert (done.publication.rows, done.facts["source file"]) == (2, "airlines.csv")
