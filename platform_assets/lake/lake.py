"""One handle on all tables: create, read as of a snapshot, plan files for an engine, stage, publish."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.lake.catalog import open_catalog
from platform_assets.lake.entries import open_or_create_table, open_table
from platform_assets.lake.errors import TableNotFound
from platform_assets.lake.evolution import Terms, has_uniform_files, recorded_terms
from platform_assets.lake.faults import told_as_store_failure
from platform_assets.lake.growth import share_snapshots
from platform_assets.lake.inline_tasks import inline_tasks, let_tasks_be_inline
from platform_assets.lake.known_metadata import know_metadata_files
from platform_assets.lake.known_schemas import know_schemas
from platform_assets.lake.partitions import WHOLE_TABLE, Scope
from platform_assets.lake.publish import PROPERTY_PREFIX, Publication, publish_files
from platform_assets.lake.reading import planned, read_rows
from platform_assets.lake.s3 import S3Access
from platform_assets.lake.schema import TableSpec, arrow_schema
from platform_assets.lake.store import Store
from platform_assets.lake.versions import AsOf, Versions

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import DataScan, Table

    from platform_assets.lake.guards import Guard


class Lake:
    """Iceberg tables in one warehouse, with a catalog that says which version of each is current.

    Args:
        warehouse: folder, or ``s3://bucket/prefix``, that holds tables, staged files and quarantine.
        catalog: SQLAlchemy address of the catalog, or ``glue``; by default a SQLite file in the folder.
        s3: how S3 is reached.
    """

    def __init__(self, warehouse: Path | str, catalog: str | None = None, s3: S3Access | None = None) -> None:
        self.warehouse = warehouse
        self.store = Store(warehouse, s3)
        self._catalog_address = catalog

    def __reduce__(self) -> tuple[type[Lake], tuple[Path | str, str | None, S3Access]]:
        # Another process opens the same lake; connections stay here.
        return Lake, (self.warehouse, self._catalog_address, self.store.s3)

    @cached_property
    def _catalog(self) -> Catalog:
        with told_as_store_failure("Opening the catalog"):
            share_snapshots()
            know_metadata_files()
            know_schemas()
            let_tasks_be_inline()
            return open_catalog(self._catalog_address, self.store)

    # Reading

    def exists(self, table: str) -> bool:
        """Whether anything was ever published to ``table``."""
        try:
            self._load(table)
        except TableNotFound:
            return False
        return True

    def read(
        self,
        table: str,
        scope: Scope = WHOLE_TABLE,
        *,
        columns: Sequence[str] | None = None,
        snapshot_id: int | None = None,
        as_of: AsOf | None = None,
    ) -> pa.Table:
        """Rows of ``scope``, by default the current ones; reads only the files that can hold them.

        Args:
            as_of: an older version: a snapshot, a tag, or the time (with zone) at which it was current.
        """
        wanted = snapshot_id if as_of is None else self.versions(table).snapshot(as_of)
        with told_as_store_failure(f"Reading '{table}'"):
            return read_rows(self._scan(table, scope, columns, wanted), self.store)

    def plan_files(self, table: str, scope: Scope = WHOLE_TABLE, *, snapshot_id: int | None = None) -> list[str]:
        """Locations of the files that can hold rows of ``scope``, sorted; an engine still has to apply the filter."""
        return list(self.plan_sizes(table, scope, snapshot_id=snapshot_id))

    def plan_sizes(self, table: str, scope: Scope = WHOLE_TABLE, *, snapshot_id: int | None = None) -> dict[str, int]:
        """The same files, by location, with the bytes of each."""
        with told_as_store_failure(f"Planning a read of '{table}'"):
            tasks = planned(self._scan(table, scope, None, snapshot_id), self.store)
        files = [(self.store.normalised(task.file.file_path), int(task.file.file_size_in_bytes)) for task in tasks]
        return dict(sorted(files))

    def snapshot_id(self, table: str) -> int | None:
        """The current snapshot (data version) of ``table``."""
        snapshot = self._load(table).current_snapshot()
        return None if snapshot is None else snapshot.snapshot_id

    def sequence(self, table: str) -> int:
        """Number of the newest commit of ``table``; 0 while nothing was published."""
        return int(self._load(table).metadata.last_sequence_number) if self.exists(table) else 0

    def is_uniform(self, spec: TableSpec) -> bool:
        """Whether every file of a table has the columns of ``spec``, in its types."""
        return has_uniform_files(self._load(spec.name), spec)

    def terms(self, table: str) -> dict[str, str]:
        """What was recorded on ``table`` by the terms under which it was published; see :mod:`lake.evolution`."""
        return recorded_terms(self._load(table).properties)

    def provenance(self, table: str, snapshot_id: int | None = None) -> dict[str, str]:
        """What the publish of a snapshot recorded: run, code commit, contract version, inputs, source files."""
        loaded = self._load(table)
        snapshot = loaded.snapshot_by_id(snapshot_id) if snapshot_id is not None else loaded.current_snapshot()
        if snapshot is None or snapshot.summary is None:
            return {}
        recorded = snapshot.summary.additional_properties
        return {key.removeprefix(PROPERTY_PREFIX): value for key, value in recorded.items() if _is_ours(key)}

    def versions(self, table: str) -> Versions:
        """The versions of ``table``: its history, tags, differences, and the way back."""
        return Versions(table, self._load(table))

    def tables(self) -> list[str]:
        """Names of all tables to which something was published."""
        with told_as_store_failure("Listing the tables"):
            spaces = self._catalog.list_namespaces()
            names = [".".join(name) for space in spaces for name in self._catalog.list_tables(space)]
        return sorted(name for name in names if self.exists(name))

    def iceberg(self, table: str) -> Table:
        """The Iceberg table itself, for those who look after its files."""
        return self._load(table)

    # Staging and publishing

    def new_staging(self, table: str) -> str:
        """A fresh location for staged files under the table; nothing refers to it until a publish does."""
        return self.store.location(*table.split("."), "data", uuid.uuid4().hex)

    def publish(
        self,
        spec: TableSpec,
        scope: Scope,
        files: Sequence[str],
        provenance: Mapping[str, str],
        terms: Terms | None = None,
        guard: Guard | None = None,
    ) -> Publication:
        """Make staged ``files`` the rows of ``scope``, atomically; creates the table on first use.

        ``terms`` decide whether the table's columns may change with it, and what is recorded on the table;
        ``guard`` raises to stop the publish, see :mod:`lake.guards`.
        """
        with told_as_store_failure(f"Publishing to '{spec.name}'"), inline_tasks(self.store.is_local):
            table = open_or_create_table(self._catalog, self.store, spec)
            return publish_files(table, spec, scope, files, provenance, terms, guard)

    def publish_rows(
        self,
        spec: TableSpec,
        scope: Scope,
        rows: pa.Table,
        provenance: Mapping[str, str],
        guard: Guard | None = None,
    ) -> Publication:
        """Stage an Arrow table as one Parquet file and publish it; for small results that no engine computed."""
        return self.publish(spec, scope, [self.stage_rows(spec, rows)], provenance, guard=guard)

    def stage_rows(self, spec: TableSpec, rows: pa.Table) -> str:
        """Write ``rows`` to a staged Parquet file under the table's schema; returns its location."""
        import pyarrow as pa

        location = f"{self.new_staging(spec.name)}/part-0.parquet"
        nullable = pa.schema([field.with_nullable(True) for field in arrow_schema(spec.columns)])
        with told_as_store_failure(f"Staging rows of '{spec.name}'"):
            self.store.write_parquet(location, rows.select(spec.column_names).cast(nullable))
        return location

    def tag(self, table: str, snapshot_id: int, tag: str) -> None:
        """Name a snapshot, so that it can be read and is kept; the same tag again moves it."""
        self.versions(table).tag(tag, snapshot_id)

    def _scan(self, table: str, scope: Scope, columns: Sequence[str] | None, snapshot_id: int | None) -> DataScan:
        return self._load(table).scan(
            row_filter=scope.expression(), selected_fields=tuple(columns or ("*",)), snapshot_id=snapshot_id
        )

    def _load(self, table: str) -> Table:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            loaded = open_table(self._catalog, table)
        except NoSuchTableError:
            raise TableNotFound(table) from None
        if loaded.metadata.current_snapshot_id is None:
            # Its first publish has not happened yet, or its process died between creating the table and the commit.
            raise TableNotFound(table)
        return loaded


def _is_ours(key: str) -> bool:
    return key.startswith(PROPERTY_PREFIX)
