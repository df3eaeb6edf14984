"""One handle on all tables: create, read as of a snapshot, plan files for an engine, stage, publish, set aside."""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from platform_assets.lake.errors import TableNotFound
from platform_assets.lake.partitions import WHOLE_TABLE, Scope
from platform_assets.lake.publish import PROPERTY_PREFIX, Publication, publish_files
from platform_assets.lake.schema import TableSpec, arrow_schema, iceberg_partition_spec, iceberg_schema

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import DataScan, Table

# The catalog has two tables and a namespace that the first writers can race for.
CREATE_ATTEMPTS = 4
TABLE_PROPERTIES = {
    # A lost race must plan its delete again, see publish_files.
    "commit.retry.num-retries": "0",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
}

_Created = TypeVar("_Created")


class Lake:
    """Iceberg tables under one warehouse folder, with a SQL catalog.

    Args:
        warehouse: folder that holds tables, staged files and quarantine.
        catalog_uri: SQLAlchemy address of the catalog; by default a SQLite file in the warehouse.
    """

    def __init__(self, warehouse: Path, catalog_uri: str | None = None) -> None:
        self.warehouse = warehouse
        self._catalog_uri = catalog_uri or f"sqlite:///{warehouse / 'catalog.db'}"

    @cached_property
    def _catalog(self) -> Catalog:
        from pyiceberg.catalog import load_catalog

        self.warehouse.mkdir(parents=True, exist_ok=True)
        address = f"file://{self.warehouse}"
        return _unless_raced(
            lambda: load_catalog("lake", type="sql", uri=self._catalog_uri, warehouse=address, pool_pre_ping="true")
        )

    # Reading

    def exists(self, table: str) -> bool:
        """Whether anything was ever published to ``table``."""
        return bool(self._catalog.table_exists(table))

    def read(
        self,
        table: str,
        scope: Scope = WHOLE_TABLE,
        *,
        columns: Sequence[str] | None = None,
        snapshot_id: int | None = None,
    ) -> pa.Table:
        """Rows of ``scope`` as of a snapshot (by default the current one); reads only the files that can hold them."""
        return self._scan(table, scope, columns, snapshot_id).to_arrow()

    def plan_files(self, table: str, scope: Scope = WHOLE_TABLE, *, snapshot_id: int | None = None) -> list[str]:
        """Paths of the files that can hold rows of ``scope``, sorted; an engine still has to apply the filter."""
        tasks = self._scan(table, scope, None, snapshot_id).plan_files()
        return sorted(_local_path(task.file.file_path) for task in tasks)

    def snapshot_id(self, table: str) -> int | None:
        """The current snapshot (data version) of ``table``; None while it is empty."""
        snapshot = self._load(table).current_snapshot()
        return None if snapshot is None else snapshot.snapshot_id

    def provenance(self, table: str, snapshot_id: int | None = None) -> dict[str, str]:
        """What the publish of a snapshot recorded: run, code commit, contract version, inputs, source files."""
        loaded = self._load(table)
        snapshot = loaded.snapshot_by_id(snapshot_id) if snapshot_id is not None else loaded.current_snapshot()
        if snapshot is None or snapshot.summary is None:
            return {}
        recorded = snapshot.summary.additional_properties
        return {key.removeprefix(PROPERTY_PREFIX): value for key, value in recorded.items() if _is_ours(key)}

    # Staging and publishing

    def new_staging(self, table: str) -> Path:
        """A fresh folder for staged files under the table; nothing refers to it until a publish does."""
        return self.warehouse / Path(*table.split(".")) / "data" / uuid.uuid4().hex

    def publish(
        self, spec: TableSpec, scope: Scope, files: Sequence[str], provenance: Mapping[str, str]
    ) -> Publication:
        """Make staged ``files`` the rows of ``scope``, atomically; creates the table on first use."""
        table = self._create_if_missing(spec)
        return publish_files(table, spec.name, scope, files, provenance)

    def publish_rows(self, spec: TableSpec, scope: Scope, rows: pa.Table, provenance: Mapping[str, str]) -> Publication:
        """Stage an Arrow table as one Parquet file and publish it; for small results that no engine computed."""
        return self.publish(spec, scope, [str(self.stage_rows(spec, rows))], provenance)

    def stage_rows(self, spec: TableSpec, rows: pa.Table) -> Path:
        """Write ``rows`` to a staged Parquet file under the table's schema; returns its path."""
        import pyarrow.parquet as pq

        folder = self.new_staging(spec.name)
        folder.mkdir(parents=True)
        path = folder / "part-0.parquet"
        nullable = pa.schema([field.with_nullable(True) for field in arrow_schema(spec.columns)])
        pq.write_table(rows.select(spec.column_names).cast(nullable), path, compression="zstd")
        return path

    def tag(self, table: str, snapshot_id: int, tag: str) -> None:
        """Name a snapshot, so that it can be read and is kept; the same tag again moves it."""
        with self._load(table).manage_snapshots() as manage:
            manage.create_tag(snapshot_id, tag)

    # Setting aside

    def set_aside(self, table: str, partition: str | None, reason: Mapping[str, object], files: Sequence[Path]) -> Path:
        """Keep refused ``files`` (a delivered file, staged Parquet) with the reason, outside every table.

        Returns:
            The quarantine folder; it holds the files and ``reason.json``.
        """
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        folder = self.warehouse / "quarantine" / table / (partition or "all") / moment
        folder.mkdir(parents=True)
        for number, file in enumerate(files):
            copy = shutil.copytree if file.is_dir() else shutil.copy2
            target = folder / file.name
            copy(file, folder / f"{number}-{file.name}" if target.exists() else target)
        (folder / "reason.json").write_text(json.dumps(reason, indent=2, default=str))
        return folder

    def _scan(self, table: str, scope: Scope, columns: Sequence[str] | None, snapshot_id: int | None) -> DataScan:
        return self._load(table).scan(
            row_filter=scope.expression(), selected_fields=tuple(columns or ("*",)), snapshot_id=snapshot_id
        )

    def _load(self, table: str) -> Table:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return self._catalog.load_table(table)
        except NoSuchTableError:
            raise TableNotFound(table) from None

    def _create_if_missing(self, spec: TableSpec) -> Table:
        if self._catalog.table_exists(spec.name):
            return self._catalog.load_table(spec.name)
        _unless_raced(lambda: self._catalog.create_namespace_if_not_exists(spec.name.split(".")[0]))
        schema = iceberg_schema(spec.columns)
        location = f"file://{self.warehouse / Path(*spec.name.split('.'))}"
        return self._catalog.create_table_if_not_exists(
            spec.name,
            schema=schema,
            location=location,
            partition_spec=iceberg_partition_spec(spec, schema),
            properties=TABLE_PROPERTIES,
        )


def _unless_raced(create: Callable[[], _Created]) -> _Created:
    """What ``create`` gives; asked again if another process created the same thing between its look and its leap."""
    from sqlalchemy.exc import IntegrityError, OperationalError

    for _ in range(CREATE_ATTEMPTS - 1):
        with contextlib.suppress(IntegrityError, OperationalError):
            return create()
    return create()


def _is_ours(key: str) -> bool:
    return key.startswith(PROPERTY_PREFIX)


def _local_path(address: str) -> str:
    return address.removeprefix("file://")
