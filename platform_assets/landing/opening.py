"""From the address of a landing place to the thing itself."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from platform_assets.landing.base import Landing
from platform_assets.landing.errors import UnknownLanding
from platform_assets.landing.folder import FolderLanding
from platform_assets.landing.s3 import S3Landing
from platform_assets.landing.sqs import SqsLanding


def open_landing(address: str, s3_endpoint: str | None = None, region: str | None = None) -> Landing:
    """The landing place at an address.

    Args:
        address: a folder, ``s3://bucket/prefix``, or ``sqs://host/account/queue?landing=s3://bucket/prefix``.

    Raises:
        UnknownLanding: the address has another form.
    """
    scheme = address.partition("://")[0] if "://" in address else ""
    if not scheme:
        return FolderLanding(Path(address))
    if scheme == "s3":
        return _s3(address, s3_endpoint, region)
    if scheme == "sqs":
        parts = urlsplit(address)
        objects = parse_qs(parts.query).get("landing", [])
        if not parts.netloc or not parts.path.strip("/") or len(objects) != 1:
            raise UnknownLanding(address, "a queue needs its host, its path and '?landing=' with the objects' place")
        return SqsLanding(f"https://{parts.netloc}{parts.path}", _s3(objects[0], s3_endpoint, region))
    raise UnknownLanding(address, f"there is no landing place of kind '{scheme}'")


def _s3(address: str, endpoint: str | None, region: str | None) -> S3Landing:
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise UnknownLanding(address, "an S3 place needs a bucket")
    return S3Landing(parts.netloc, parts.path.strip("/"), endpoint, region)
