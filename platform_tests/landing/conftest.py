"""A small shop whose deliveries land in a folder, on a real S3 server, or on S3 with notifications from a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ceph import S3Server, credentials
from dropping import drop_file

from platform_assets.landing import Interest, Names
from platform_assets.quality.dataset import DatasetDeclaration

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

COLUMNS = [
    {"name": "number", "type": "long", "description": "Receipt number."},
    {"name": "sold", "type": "timestamp", "description": "When (UTC)."},
]


def declared(name: str, **arrival: Any) -> DatasetDeclaration:
    """A dataset cut by month whose files lie in a folder of its name."""
    return DatasetDeclaration.model_validate(
        {
            "name": name,
            "description": "One thing sold.",
            "owner": "team:shop",
            "keys": ["number"],
            "partitions": {"column": "sold", "start": "1987-01"},
            "columns": COLUMNS,
            "arrival": {"file": f"{name}/{{partition}}.csv", **arrival},
        }
    )


@pytest.fixture(scope="session")
def shop() -> Callable[..., Interest]:
    """What a sensor is interested in: ``shop("sales", "returns", complete="manifest")``; months from 1987 to 2025."""

    def interest(*names: str, **arrival: Any) -> Interest:
        datasets = {name: declared(name, **arrival) for name in names or ("sales", "returns")}
        months = {f"{year}-{month:02}" for year in range(1987, 2026) for month in range(1, 13)}
        return Interest(datasets, Names(datasets), lambda dataset, partition: partition in months)

    return interest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty landing folder."""
    path = tmp_path / "landing"
    path.mkdir()
    return path


@pytest.fixture
def drop(folder: Path) -> Callable[..., Path]:
    """Puts a file into the folder as if it had been written ``seconds_ago``."""

    def write(name: str, text: str = "number,sold\n", seconds_ago: float = 60) -> Path:
        return drop_file(folder, name, text, seconds_ago)

    return write


@pytest.fixture(scope="session")
def aws_environment() -> Iterator[None]:
    """Credentials of the test servers, and no others."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**credentials(), "AWS_REGION": "us-east-1"}.items():
            environment.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def real_s3(s3_endpoint: S3Server, aws_environment: None) -> S3Server:
    """A real S3 server, with its credentials in the environment."""
    return s3_endpoint


@pytest.fixture(scope="session")
def pretended_aws(aws_environment: None) -> Iterator[str]:
    """Address of moto's server on loopback: there is no other SQS to run at home."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3_client() -> Callable[[str], S3Client]:
    """A client for an S3 server's address."""

    def connect(endpoint: str) -> S3Client:
        import boto3

        client: S3Client = boto3.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1")
        return client

    return connect
