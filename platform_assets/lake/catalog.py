"""Which catalog says what the current version of each table is: SQLite, PostgreSQL or AWS Glue."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from platform_assets.lake.errors import CatalogNeeded, CatalogNotKnown, DriverMissing

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

    from platform_assets.lake.store import Store

NAME = "lake"
GLUE = "glue"
SQL_CATALOG = "platform_assets.lake.sql_catalog.LakeSqlCatalog"
# How long a writer waits for others to finish writing to a catalog in one file.
SQLITE_SECONDS = 60
# The catalog has two tables and a namespace that the first writers can race for.
CREATE_ATTEMPTS = 4

_Created = TypeVar("_Created")


def open_catalog(address: str | None, store: Store) -> Catalog:
    """The Iceberg catalog at ``address``.

    Args:
        address: ``glue``, or the SQLAlchemy address of a SQLite file or a PostgreSQL database; by default a SQLite
            file in the warehouse, if that is a folder of this machine.
        store: where the tables' files are.

    Raises:
        CatalogNeeded: a warehouse on S3 without an address.
        CatalogNotKnown: an address of another kind.
        DriverMissing: the package that talks to this kind of catalog is not installed.
    """
    from pyiceberg.catalog import load_catalog

    shared = {"warehouse": store.root, **store.iceberg_properties()}
    if address == GLUE:
        _require("boto3", GLUE, "aws")
        return load_catalog(NAME, type="glue", **shared, **_glue_region(store))
    uri = _sqlalchemy_address(address or _in_the_warehouse(store))
    # A connection to a server can be lost meanwhile, one to a file cannot.
    asks_first = str(not uri.startswith("sqlite"))
    known = {"py-catalog-impl": SQL_CATALOG, "uri": uri, "pool_pre_ping": asks_first}
    return unless_raced(lambda: load_catalog(NAME, **known, **shared))


def unless_raced(create: Callable[[], _Created]) -> _Created:
    """What ``create`` gives; asked again if another process created the same thing between its look and its leap."""
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    for _ in range(CREATE_ATTEMPTS - 1):
        with contextlib.suppress(IntegrityError, OperationalError, ProgrammingError):
            return create()
    return create()


def _in_the_warehouse(store: Store) -> str:
    if not store.is_local:
        raise CatalogNeeded(store.root)
    Path(store.root).mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{store.location('catalog.db')}"


def _glue_region(store: Store) -> dict[str, str]:
    """The region of Glue, which is that of the bucket: boto3 does not read ``AWS_REGION``."""
    return {"glue.region": store.s3.region} if store.s3.region else {}


def _sqlalchemy_address(address: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except ArgumentError:
        raise CatalogNotKnown(address) from None
    if url.get_backend_name() == "sqlite":
        url = url.update_query_dict({"timeout": str(SQLITE_SECONDS)})
    elif url.get_backend_name() == "postgresql":
        _require("psycopg", "postgresql", "postgres")
        url = url.set(drivername="postgresql+psycopg")
    else:
        raise CatalogNotKnown(address)
    return url.render_as_string(hide_password=False)


def _require(package: str, catalog: str, extra: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise DriverMissing(catalog, package, extra)
