"""Object storage as clusters see it: moto's S3 at the same endpoint, or another server."""

from __future__ import annotations

import functools
import gzip
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NOT_FOUND = 404
# boto3 makes clients in one thread at a time only.
MAKING = threading.Lock()


@dataclass(frozen=True)
class ObjectStore:
    """An S3 endpoint with the keys to it."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    def client(self, service: str = "s3") -> Any:
        """A boto3 client with these keys, the same one for all threads."""
        with MAKING:
            return _client(self, service)

    def version(self, location: str) -> str | None:
        """The ETag of an object, or None if it is not there."""
        from botocore.exceptions import ClientError

        bucket, key = split(location)
        try:
            return str(self.client().head_object(Bucket=bucket, Key=key)["ETag"])
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != NOT_FOUND:
                raise
        return None

    def fetch(self, location: str, target: Path) -> Path:
        """Download one object."""
        bucket, key = split(location)
        self.client().download_file(bucket, key, str(target))
        return target

    def put_gzipped(self, location: str, content: bytes) -> None:
        """Upload ``content`` compressed."""
        bucket, key = split(location)
        self.client().put_object(Bucket=bucket, Key=key, Body=gzip.compress(content))


@functools.cache
def _client(store: ObjectStore, service: str) -> Any:
    from boto3.session import Session
    from botocore.config import Config

    config = Config(
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"total_max_attempts": 10},
    )
    return Session().client(
        service,
        endpoint_url=store.endpoint,
        region_name=store.region,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        config=config,
    )


def split(location: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``."""
    parts = urlsplit(location)
    return parts.netloc, parts.path.lstrip("/")
