"""Deliveries as objects below an S3 prefix."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from platform_assets.landing.base import Landed, Listing
from platform_assets.landing.errors import ExtraMissing, LandingUnavailable
from platform_assets.quality.manifest import ENDING, manifest_of

NOT_FOUND = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class S3Landing:
    """Objects below ``s3://bucket/prefix``.

    An object appears whole or not at all. Its content is known by ETag and size, which S3 tells without a download:
    the same bytes sent in parts of another size look new, are published again, and change no row.

    Attributes:
        endpoint: address of a server that is not Amazon's.
    """

    bucket: str
    prefix: str
    endpoint: str | None = None
    region: str | None = None

    @property
    def address(self) -> str:
        """As ``s3://bucket/prefix``."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        return client("s3", self.address, self.endpoint, self.region)

    def listing(self) -> Listing:
        """Every object below the prefix, a thousand a call."""
        found: list[Landed] = []
        with told(self.address):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._below(""))
            for page in pages:
                found += [self._landed(one["Key"], one) for one in page.get("Contents", []) if _is_file(one["Key"])]
        return Listing(found)

    def look(self, name: str) -> Landed | None:
        """One object as it is now; None if it is not there."""
        try:
            with told(self.address, missing=True):
                return self._landed(
                    self._below(name), self._client.head_object(Bucket=self.bucket, Key=self._below(name))
                )
        except FileNotFoundError:
            return None

    def name_of(self, key: str) -> str | None:
        """The name below the prefix; None for a key elsewhere."""
        below = self._below("")
        return key.removeprefix(below) if key.startswith(below) and _is_file(key) else None

    def content(self, landed: Landed) -> str:
        """ETag and size."""
        return landed.stamp.split(" ")[0]

    def promised(self, landed: Landed) -> str | None:
        """The content itself if there is a manifest: its SHA-256 is compared with what was fetched, in the run."""
        return self.content(landed) if self.look(landed.name + ENDING) else None

    def fetch(self, name: str, folder: Path) -> Path | None:
        """A copy below ``folder``, and one of its manifest; each appears whole."""
        path = folder / name
        found = self._download(name, path)
        if found and not self._download(name + ENDING, manifest_of(path)):
            manifest_of(path).unlink(missing_ok=True)
        return path if found else None

    def confirm(self, receipts: Iterable[str]) -> None:
        """A prefix notifies nobody."""

    def _download(self, name: str, path: Path) -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
        try:
            with told(self.address, missing=True):
                self._client.download_file(self.bucket, self._below(name), str(partial))
            partial.replace(path)
        except FileNotFoundError:
            return False
        finally:
            partial.unlink(missing_ok=True)
        return True

    def _below(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def _landed(self, key: str, facts: dict[str, Any]) -> Landed:
        size = facts["Size"] if "Size" in facts else facts["ContentLength"]
        tag = facts["ETag"].strip('"')
        modified = facts["LastModified"]
        name = key.removeprefix(self._below(""))
        return Landed(name, f"{tag}:{size} {modified.isoformat()}", modified.timestamp())


def client(service: str, address: str, endpoint: str | None, region: str | None) -> Any:
    """A boto3 client; credentials are found as every AWS client finds them."""
    try:
        import boto3
    except ImportError as error:
        raise ExtraMissing(address) from error
    with told(address):
        # A session of its own: boto3's default one keeps the credentials that a process met first.
        return boto3.Session().client(service, endpoint_url=endpoint, region_name=region)


@contextlib.contextmanager
def told(address: str, missing: bool = False) -> Iterator[None]:
    """Errors of AWS in the platform's words; with ``missing``, an object that is not there is a FileNotFoundError."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if missing and error.response.get("Error", {}).get("Code") in NOT_FOUND:
            raise FileNotFoundError(address) from error
        raise LandingUnavailable(address, error) from error
    except BotoCoreError as error:
        raise LandingUnavailable(address, error) from error


def _is_file(key: str) -> bool:
    name = key.rsplit("/", 1)[-1]
    return bool(name) and not name.startswith(".")
