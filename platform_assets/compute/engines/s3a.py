"""How Apache Spark on this machine reaches S3: hadoop-aws on its class path, and settings of its client, S3A."""

from __future__ import annotations

import os
from pathlib import Path

from platform_assets.compute.errors import EngineUnavailable
from platform_assets.lake.s3 import REGION_OF_AN_ENDPOINT, S3Access

S3A_CLIENT = "org.apache.hadoop.fs.s3a.S3AFileSystem"
# Environment, profile, container and instance, in Amazon's own order; Hadoop's list knows no profiles.
CREDENTIALS = "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider"


def class_path(jars: Path) -> str | None:
    """Spark's class path entry for the jars that ``make s3a`` fetches; None if they are not there."""
    return f"{jars}/*" if any(jars.glob("hadoop-aws-*.jar")) else None


def require_jars(jars: Path) -> None:
    """Raise EngineUnavailable unless the jars are there."""
    if class_path(jars) is None:
        raise EngineUnavailable(
            "spark",
            f"the lake is on S3, and the jars through which Apache Spark reaches it are not in {jars}",
            "Run 'make s3a', or use 'embedded'",
        )


def s3a_settings(s3: S3Access) -> dict[str, str]:
    """Hadoop settings for ``s3://`` and ``s3a://``, of a session that may be running already.

    Meaning of each: Hadoop's documentation of the S3A connector. Credentials are none of them.
    """
    endpoint = s3.endpoint or os.environ.get("AWS_ENDPOINT_URL")
    region = s3.region or (REGION_OF_AN_ENDPOINT if endpoint else None)
    return {
        "fs.s3.impl": S3A_CLIENT,
        "fs.s3a.aws.credentials.provider": CREDENTIALS,
        "fs.s3a.attempts.maximum": str(s3.attempts),
        **({"fs.s3a.endpoint.region": region} if region else {}),
        **(_own_server(endpoint) if endpoint else {}),
    }


def _own_server(endpoint: str) -> dict[str, str]:
    encrypted = endpoint.startswith("https://")
    settings = {
        "fs.s3a.endpoint": endpoint,
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": str(encrypted).lower(),
    }
    # Without TLS the client signs a file piece by piece, and servers other than Amazon's misread that of an empty file.
    return settings if encrypted else {**settings, "fs.s3a.signing-algorithm": "AWS4UnsignedPayloadSignerType"}
