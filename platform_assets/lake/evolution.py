"""How the columns of a table may change: only so that every old and new file reads under the new columns.

An added column is missing in older files and reads as null there; a widened type reads every older value unchanged.
Nothing else is applied, whoever asks. The change is part of the transaction that publishes: rows, columns and terms
become visible together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.lake.errors import SchemaRefused
from platform_assets.lake.schema import ColumnSpec, iceberg_schema

if TYPE_CHECKING:
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table, Transaction
    from pyiceberg.types import IcebergType

    from platform_assets.lake.schema import TableSpec

TERMS_PREFIX = "platform.terms."

# What the writer and the readers of a table agree on, kept as properties of the table. The function gets what is
# recorded and returns what is to be recorded; it raises an error to refuse the publish. It is asked again after a lost
# race, with what is recorded by then.
Terms = Callable[[Mapping[str, str]], Mapping[str, str]]


@dataclass(frozen=True)
class ColumnChanges:
    """What differs between a table and its specification, if it can be applied."""

    added: tuple[ColumnSpec, ...] = ()
    widened: tuple[ColumnSpec, ...] = ()
    redescribed: tuple[ColumnSpec, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.widened or self.redescribed)


def recorded_terms(properties: Mapping[str, str]) -> dict[str, str]:
    """The terms among a table's properties, without their prefix."""
    return {key.removeprefix(TERMS_PREFIX): value for key, value in properties.items() if key.startswith(TERMS_PREFIX)}


def has_uniform_files(table: Table, spec: TableSpec) -> bool:
    """Whether every file of ``table``, however old, has the columns of ``spec`` in its types."""
    wanted = {(field.name, field.field_type) for field in iceberg_schema(spec.columns).fields}
    return all(
        {(field.name, field.field_type) for field in schema.fields} == wanted for schema in table.schemas().values()
    )


def evolve(table: Table, transaction: Transaction, spec: TableSpec, terms: Terms | None) -> None:
    """Bring columns and terms of ``table`` to what a publish needs, within its transaction; mostly nothing to do.

    Args:
        table: the table as the transaction found it.
        spec: the columns that the published rows have.
        terms: answers what to record; without it a table that has terms keeps its columns as they are.

    Raises:
        SchemaRefused: a change would leave files that cannot be read, or was not agreed on; nothing was changed.
    """
    recorded = recorded_terms(table.properties)
    agreed = terms(recorded) if terms is not None else recorded
    changes = column_changes(table.schema(), spec)
    _require_same_cut(table.spec(), table.schema(), spec)
    if changes and terms is None and recorded:
        raise SchemaRefused(spec.name, "its columns changed without its contract", "Publish under the new contract.")
    if changes:
        _apply(transaction, spec, changes)
    news = {TERMS_PREFIX + key: value for key, value in agreed.items() if recorded.get(key) != value}
    if news:
        transaction.set_properties(news)


def column_changes(current: Schema, spec: TableSpec) -> ColumnChanges:
    """What must change for the columns of ``current`` to be those of ``spec``; raises SchemaRefused if it cannot."""
    declared = {column.name: column for column in spec.columns}
    fields = {field.name: field for field in current.fields}
    lost = [name for name in fields if name not in declared]
    if lost:
        raise SchemaRefused(
            spec.name,
            f"the new rows lack {', '.join(lost)}, which the table has",
            "Keep the column, or publish to a table of another name.",
        )
    wanted = iceberg_schema(spec.columns)
    widened, redescribed = [], []
    for name, field in fields.items():
        target = wanted.find_field(name)
        if field.field_type != target.field_type:
            _require_wider(spec.name, name, field.field_type, target.field_type)
            widened.append(declared[name])
        elif (field.doc or "") != (target.doc or ""):
            redescribed.append(declared[name])
    added = [column for column in spec.columns if column.name not in fields]
    return ColumnChanges(tuple(added), tuple(widened), tuple(redescribed))


def _require_wider(table: str, column: str, old: IcebergType, new: IcebergType) -> None:
    """Iceberg reads a file's int as a long; the other types of contracts have no wider one."""
    from pyiceberg.types import IntegerType, LongType

    if not (isinstance(old, IntegerType) and isinstance(new, LongType)):
        raise SchemaRefused(
            table,
            f"column '{column}' is {old} in its files and would become {new}",
            "Only int can become long. Keep the type, and add a column with the new type.",
        )


def _require_same_cut(current: PartitionSpec, schema: Schema, spec: TableSpec) -> None:
    cut = tuple((schema.find_column_name(field.source_id), str(field.transform)) for field in current.fields)
    if cut != spec.partition_by:
        raise SchemaRefused(
            spec.name,
            f"it is cut into partitions by {_in_words(cut)} and would be by {_in_words(spec.partition_by)}",
            "Keep the partition columns, or publish to a table of another name.",
        )


def _in_words(cut: Sequence[tuple[str | None, str]]) -> str:
    return ", ".join(f"{column} ({transform})" for column, transform in cut) or "nothing"


def _apply(transaction: Transaction, spec: TableSpec, changes: ColumnChanges) -> None:
    wanted = iceberg_schema(spec.columns)
    with transaction.update_schema() as update:
        for column in (*changes.widened, *changes.redescribed):
            field = wanted.find_field(column.name)
            update.update_column((column.name,), field_type=field.field_type, doc=field.doc or "")
        for column in changes.added:
            field = wanted.find_field(column.name)
            update.add_column((column.name,), field.field_type, doc=field.doc)
