"""Objects on S3 by location, ``s3://bucket/key``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from platform_assets.compute.emr.aws import error_code

MISSING = ("NoSuchKey", "404", "NotFound")


def split(location: str) -> tuple[str, str]:
    """Bucket and key."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def read(s3: Any, location: str) -> bytes | None:
    """The content of an object; None if there is none."""
    bucket, key = split(location)
    try:
        return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except s3.exceptions.ClientError as error:
        if error_code(error) in MISSING:
            return None
        raise


def exists(s3: Any, location: str) -> bool:
    """Whether there is an object."""
    return written(s3, location) is not None


def written(s3: Any, location: str) -> datetime | None:
    """When an object was written last; None if there is none."""
    bucket, key = split(location)
    try:
        modified: datetime = s3.head_object(Bucket=bucket, Key=key)["LastModified"]
    except s3.exceptions.ClientError as error:
        if error_code(error) in MISSING:
            return None
        raise
    return modified


def write(s3: Any, location: str, content: bytes) -> None:
    """Write an object, in place of one that is there."""
    bucket, key = split(location)
    s3.put_object(Bucket=bucket, Key=key, Body=content)


def keys(s3: Any, prefix: str) -> Iterator[str]:
    """The keys below a prefix, page by page: S3 answers with a thousand at most."""
    bucket, key = split(prefix)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{key}/"):
        for each in page.get("Contents", []):
            yield each["Key"]
