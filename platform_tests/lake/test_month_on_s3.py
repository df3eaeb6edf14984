"""A month of the product with the lake on S3: Apache Spark there gives the very rows of the embedded engine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from ceph import S3Server

from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine
from platform_assets.lake import Lake
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.quality.profile_table import PROFILES
from platform_assets.settings import use_s3_server

pytestmark = [pytest.mark.s3, pytest.mark.spark]

MONTH = "2013-01"
TABLES = ("flights", "weather", "planes", "airports", "flight_features")


@pytest.fixture
def month(
    tmp_path: Path,
    s3_endpoint: S3Server,
    new_s3_lake: Callable[[], Lake],
    workspace_at: Callable[[Path, Engine], Workspace],
    deliver_some: Callable[..., list[Path]],
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Engine], Lake]:
    """A lake on S3 in which an engine made every table of the month."""
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ALLOW_HTTP"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    use_s3_server(s3_endpoint.endpoint)

    def made(engine: Engine) -> Lake:
        workspace = replace(workspace_at(tmp_path / engine.name, engine), lake=new_s3_lake())
        deliver_some(workspace.landing, MONTH)
        for name in TABLES[:-1]:
            materialise_dataset(workspace, product, name, MONTH if product.datasets[name].partitions else None)
        materialise_features(workspace, product, TABLES[-1], MONTH)
        return workspace.lake

    return made


def in_order(rows: pa.Table, keys: list[str]) -> pa.Table:
    return rows.sort_by([(key, "ascending") for key in keys])


def test_both_engines_make_the_same_tables_and_profiles(
    month: Callable[[Engine], Lake], embedded: EmbeddedEngine, spark_on_s3: SparkEngine, product: Product
) -> None:
    ours, theirs = month(embedded), month(spark_on_s3)

    for name in TABLES:
        keys = product.readable(name).keys
        expected, found = (in_order(lake.read(product.table(name)), keys) for lake in (ours, theirs))
        assert expected.num_rows > 0
        assert found.equals(expected), name
    facts = ["snapshot_id", "run_id"]
    profiles = [
        in_order(lake.read(PROFILES.name).drop_columns(facts), ["partition", "column"]) for lake in (ours, theirs)
    ]
    assert profiles[0].equals(profiles[1])
