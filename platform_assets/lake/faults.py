"""Faults of disk, S3 and catalog become one error of the lake, whatever library noticed them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from platform_assets.lake.errors import StoreFailed

CATALOG_ERRORS = (
    ("sqlalchemy.exc", "DBAPIError"),
    ("sqlalchemy.exc", "TimeoutError"),
    ("botocore.exceptions", "BotoCoreError"),
)


@contextlib.contextmanager
def told_as_store_failure(what: str) -> Iterator[None]:
    """Turn a failure of the store or the catalog into StoreFailed.

    Args:
        what: what was being done, as the start of the message.
    """
    try:
        yield
    except Exception as error:
        if is_store_failure(error):
            raise StoreFailed(what, error) from error
        raise


def is_store_failure(error: BaseException) -> bool:
    """Whether the disk, the S3 server or the catalog's server caused ``error``, not what was asked of them."""
    return isinstance(error, OSError) or is_catalog_failure(error)


def is_catalog_failure(error: BaseException) -> bool:
    """Whether it was the catalog's server, or the way to it."""
    # Looked up, not imported: a library that was not loaded has not failed.
    known = [getattr(sys.modules[module], name) for module, name in CATALOG_ERRORS if module in sys.modules]
    return isinstance(error, tuple(known))
