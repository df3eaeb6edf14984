"""Tables as the catalog knows them: opened, or created on first use."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from platform_assets.lake.catalog import unless_raced
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.growth import table_properties
from platform_assets.lake.schema import TableSpec, iceberg_partition_spec, iceberg_schema
from platform_assets.lake.store import FILE_SCHEME, Store

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

# Metadata that a reader is about to open can be removed by later commits, if there are many of them meanwhile.
LOAD_ATTEMPTS = 3


def open_table(catalog: Catalog, name: str) -> Table:
    """The table, published to or not; PyIceberg's NoSuchTableError if the catalog does not have it."""
    with told_as_store_failure(f"Opening '{name}'"):
        for _ in range(LOAD_ATTEMPTS - 1):
            with contextlib.suppress(FileNotFoundError):
                return catalog.load_table(name)
        return catalog.load_table(name)


def open_or_create_table(catalog: Catalog, store: Store, spec: TableSpec) -> Table:
    """The table of ``spec``; if it is new it stays unknown to readers until its first publish."""
    from pyiceberg.exceptions import NoSuchTableError

    with contextlib.suppress(NoSuchTableError):
        return open_table(catalog, spec.name)
    unless_raced(lambda: catalog.create_namespace_if_not_exists(spec.name.split(".")[0]))
    schema = iceberg_schema(spec.columns)
    location = store.location(*spec.name.split("."))
    return catalog.create_table_if_not_exists(
        spec.name,
        schema=schema,
        location=FILE_SCHEME + location if store.is_local else location,
        partition_spec=iceberg_partition_spec(spec, schema),
        properties=table_properties(spec),
    )
