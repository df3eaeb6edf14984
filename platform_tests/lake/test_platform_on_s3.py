"""The whole platform with its lake on S3 and its catalog in PostgreSQL: the same command, other variables."""

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from ceph import S3Server
from postgres import PostgresServer

from platform_assets.lake import Lake
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.lake.s3 import S3Access
from platform_assets.pipeline.costs.fold import fold_usage
from platform_assets.pipeline.costs.table import read_costs

if TYPE_CHECKING:
    from conftest import Deployment

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def test_a_month_goes_through_the_platform_with_every_table_on_s3(
    deployment: "Deployment", s3_endpoint: S3Server, postgres: PostgresServer
) -> None:
    warehouse, catalog = f"s3://{s3_endpoint.bucket}/platform", postgres.new_schema("platform")
    variables = {
        "PLATFORM_WAREHOUSE": warehouse,
        "PLATFORM_CATALOG": catalog,
        "PLATFORM_S3_ENDPOINT": s3_endpoint.endpoint,
    }

    done = subprocess.run(
        [sys.executable, "-m", "platform_assets.cli", "replay", "--until", "2013-01"],
        env=deployment.environment | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stdout
    lake = Lake(warehouse, catalog, S3Access(s3_endpoint.endpoint))
    assert lake.read("flight_delay.flights").num_rows == lake.read("flight_delay.flight_features").num_rows == 26865
    assert "flight_delay.weather" in lake.tables()
    assert not (deployment.data / "lake").exists()
    assert fold_usage(lake, "test").uses >= 6
    kinds = {item.kind: item.quantity for item in read_costs(lake, WHOLE_TABLE) if item.to.asset == "flights"}
    assert set(kinds) == {"cpu", "s3_requests"}
