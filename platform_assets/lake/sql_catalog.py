"""PyIceberg's catalog in a database, with a shorter way to the question that every read and publish asks."""

from __future__ import annotations

from functools import cached_property

from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import Identifier
from sqlalchemy import Select, Update, bindparam, select, update


class LakeSqlCatalog(SqlCatalog):  # type: ignore[misc]  # PyIceberg is not followed by mypy
    """The same tables, rows and commits.

    PyIceberg builds its statement, a session and an object anew for each question, which takes longer than all the rest
    of planning a read. Here the two statements are made once, and go to the database as they are.
    """

    def load_table(self, identifier: str | Identifier) -> Table:
        """The table with its current metadata; NoSuchTableError if there is none of that name."""
        namespace = Catalog.namespace_to_string(Catalog.namespace_from(identifier))
        name = Catalog.table_name_from(identifier)
        with self.engine.connect() as connection:
            found = connection.execute(self._one_table, {"namespace": namespace, "table": name}).first()
        if found is None:
            raise NoSuchTableError(f"Table does not exist: {namespace}.{name}")
        return self._convert_orm_to_iceberg(found)

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        """Exchange the current metadata for the next, if nobody else did so since it was looked at.

        Raises:
            CommitFailedException: somebody did, or a requirement does not hold; the table is unchanged.
            NoSuchTableError: there is no such table.
        """
        name = table.name()
        current = self.load_table(name)
        next_one = self._update_and_stage_table(current, name, requirements, updates)
        if next_one.metadata == current.metadata:
            return CommitTableResponse(metadata=current.metadata, metadata_location=current.metadata_location)
        self._write_metadata(next_one.metadata, next_one.io, next_one.metadata_location)
        exchange = {
            "namespace": Catalog.namespace_to_string(Catalog.namespace_from(name)),
            "table": Catalog.table_name_from(name),
            "current": current.metadata_location,
            "next": next_one.metadata_location,
        }
        with self.engine.begin() as connection:
            exchanged = connection.execute(self._exchange, exchange).rowcount
        if exchanged < 1:
            raise CommitFailedException(f"Table has been updated by another process: {'.'.join(name)}")
        return CommitTableResponse(metadata=next_one.metadata, metadata_location=next_one.metadata_location)

    @cached_property
    def _exchange(self) -> Update:
        columns = IcebergTables.__table__.c
        return (
            update(IcebergTables.__table__)
            .where(
                columns.catalog_name == self.name,
                columns.table_namespace == bindparam("namespace"),
                columns.table_name == bindparam("table"),
                columns.metadata_location == bindparam("current"),
            )
            .values(metadata_location=bindparam("next"), previous_metadata_location=bindparam("current"))
        )

    @cached_property
    def _one_table(self) -> Select[tuple[str, str, str | None]]:
        columns = IcebergTables.__table__.c
        chosen = select(columns.table_namespace, columns.table_name, columns.metadata_location).where(
            columns.catalog_name == self.name,
            columns.table_namespace == bindparam("namespace"),
            columns.table_name == bindparam("table"),
        )
        kind = self._iceberg_type_filter()
        return chosen if kind is None else chosen.where(kind)
