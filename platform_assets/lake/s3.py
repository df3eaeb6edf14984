"""How S3 is reached: one client for the process, which retries."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

# A server of one's own has no regions, but requests are signed with one.
REGION_OF_AN_ENDPOINT = "us-east-1"
FILE_IO = "platform_assets.lake.file_io.StoreFileIO"
# Properties of a catalog; the first two are PyIceberg's own.
S3_ENDPOINT, S3_REGION, S3_TRIES = "s3.endpoint", "s3.region", "platform.s3-attempts"
S3_CONNECT_SECONDS, S3_REQUEST_SECONDS = 5, 30


@dataclass(frozen=True)
class S3Access:
    """How S3 is reached; credentials come from where every AWS client looks for them.

    Attributes:
        endpoint: address of a server that is not Amazon's, for example ``http://127.0.0.1:9000``; by default
            what ``AWS_ENDPOINT_URL`` says.
        region: of the bucket; by default what the AWS client finds in its environment.
        attempts: how often a call is tried, at most 20 s apart, after 500, 503 and cut connections; by default it
            waits for half a minute of an outage.
    """

    endpoint: str | None = None
    region: str | None = None
    attempts: int = 8


@cache
def s3_filesystem(access: S3Access) -> S3FileSystem:
    """The S3 client of this process; it retries, and writes a small file by one request."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    # The variable by which Amazon's own tools are told of another server.
    endpoint = access.endpoint or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        # Amazon's newer clients send checksums that other servers take for part of the file; pyarrow's client learns
        # this from the environment alone, and a value of the user stays.
        os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED")
    known = {
        "endpoint_override": endpoint,
        "region": access.region or (REGION_OF_AN_ENDPOINT if endpoint else None),
    }
    return S3FileSystem(
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=access.attempts),
        connect_timeout=S3_CONNECT_SECONDS,
        request_timeout=S3_REQUEST_SECONDS,
        allow_delayed_open=True,
        **{name: value for name, value in known.items() if value},
    )
