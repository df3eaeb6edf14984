"""The S3 lifecycle configuration that belongs to declared retention: what S3 itself does to the files of a bucket.

S3 only moves files to a cheaper class and finishes what deleting began. It never deletes a file that a table refers to:
rows expire by a commit, which retention makes, and only then are files deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_assets.lake.errors import LakeError
from platform_assets.lake.policy import RetentionPolicy
from platform_assets.lake.store import S3_SCHEME

# In a bucket with versioning a deleted file can be brought back for so long.
DELETED_DAYS = 7
UNFINISHED_UPLOAD_DAYS = 1
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
MOST_RULES = 1000


class NotABucket(LakeError):
    """Lifecycle rules were asked for a warehouse that is no bucket."""

    def __init__(self, warehouse: str) -> None:
        super().__init__(
            f"The warehouse {warehouse} is not on S3, and a disk has no lifecycle rules. Name the bucket that you mean "
            "with --warehouse s3://bucket/prefix."
        )


class TooManyRules(LakeError):
    """More tables are archived than a bucket can have rules."""

    def __init__(self, rules: int) -> None:
        super().__init__(
            f"{rules} lifecycle rules are needed, but a bucket can have {MOST_RULES}. Leave out archive_after_days for "
            "small tables, or keep products in buckets of their own."
        )


def lifecycle_configuration(warehouse: str, policies: Mapping[str, RetentionPolicy]) -> dict[str, Any]:
    """The LifecycleConfiguration for ``s3://bucket/prefix``, in the form that PutBucketLifecycleConfiguration takes.

    Args:
        policies: the policy of each table, by its name ``namespace.table``.

    Raises:
        NotABucket: the warehouse is a folder.
        TooManyRules: a bucket cannot have that many.
    """
    if not warehouse.startswith(S3_SCHEME):
        raise NotABucket(warehouse)
    prefix = warehouse.removeprefix(S3_SCHEME).partition("/")[2].strip("/")
    prefix = f"{prefix}/" if prefix else ""
    rules = [_clean_up(prefix), *(_archive(prefix, table, policy) for table, policy in _archived(policies).items())]
    if len(rules) > MOST_RULES:
        raise TooManyRules(len(rules))
    return {"Rules": rules}


def _archived(policies: Mapping[str, RetentionPolicy]) -> dict[str, RetentionPolicy]:
    return {table: policies[table] for table in sorted(policies) if policies[table].archive_after_days is not None}


def _clean_up(prefix: str) -> dict[str, Any]:
    return {
        "ID": "finish-what-deleting-began",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_UPLOAD_DAYS},
        "NoncurrentVersionExpiration": {"NoncurrentDays": DELETED_DAYS},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }


def _archive(prefix: str, table: str, policy: RetentionPolicy) -> dict[str, Any]:
    return {
        "ID": f"archive-{table}",
        "Status": "Enabled",
        "Filter": {"Prefix": f"{prefix}{table.replace('.', '/')}/data/"},
        "Transitions": [{"Days": policy.archive_after_days, "StorageClass": policy.archive_class}],
    }
