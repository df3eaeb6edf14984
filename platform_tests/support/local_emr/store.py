"""Object storage as clusters see it: moto's S3 at the same endpoint, or another server."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class ObjectStore:
    """An S3 endpoint with the keys to it."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    def client(self) -> Any:
        """A boto3 client."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(request_checksum_calculation="when_required", response_checksum_validation="when_required"),
        )

    def exists(self, location: str) -> bool:
        """Whether an object is there."""
        from botocore.exceptions import ClientError

        bucket, key = split(location)
        try:
            self.client().head_object(Bucket=bucket, Key=key)
        except ClientError:
            return False
        return True

    def fetch(self, location: str, target: Path) -> Path:
        """Download one object."""
        bucket, key = split(location)
        self.client().download_file(bucket, key, str(target))
        return target

    def put_gzipped(self, location: str, content: bytes) -> None:
        """Upload ``content`` compressed."""
        bucket, key = split(location)
        self.client().put_object(Bucket=bucket, Key=key, Body=gzip.compress(content))


def split(location: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``."""
    parts = urlsplit(location)
    return parts.netloc, parts.path.lstrip("/")
