"""Columns and tables in the lake's own words, and their translation to Iceberg and Arrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.types import IcebergType

ColumnType = Literal["int", "long", "double", "string", "boolean", "date", "timestamp", "binary"]
PartitionTransform = Literal["month", "identity"]
# Of tables whose columns were translated last; a schema cannot be changed.
SCHEMAS = 100


@dataclass(frozen=True)
class ColumnSpec:
    """One column: timestamps are instants in UTC with microseconds."""

    name: str
    type: ColumnType
    nullable: bool = True
    description: str = ""


@dataclass(frozen=True)
class TableSpec:
    """What the lake must know to create a table: its name ``namespace.table``, columns and partition columns."""

    name: str
    columns: tuple[ColumnSpec, ...]
    partition_by: tuple[tuple[str, PartitionTransform], ...] = ()

    @property
    def column_names(self) -> list[str]:
        """Column names in declared order."""
        return [column.name for column in self.columns]


def arrow_type(name: ColumnType) -> pa.DataType:
    """The Arrow type of a column's values."""
    import pyarrow as pa

    by_name: dict[ColumnType, Callable[[], pa.DataType]] = {
        "int": pa.int32,
        "long": pa.int64,
        "double": pa.float64,
        "string": pa.string,
        "boolean": pa.bool_,
        "date": pa.date32,
        "timestamp": lambda: pa.timestamp("us", tz="UTC"),
        "binary": pa.binary,
    }
    return by_name[name]()


def arrow_schema(columns: tuple[ColumnSpec, ...]) -> pa.Schema:
    """The Arrow schema of a table's columns, with nullability."""
    import pyarrow as pa

    return pa.schema([pa.field(column.name, arrow_type(column.type), column.nullable) for column in columns])


@lru_cache(maxsize=SCHEMAS)
def iceberg_schema(columns: tuple[ColumnSpec, ...]) -> Schema:
    """The Iceberg schema; field ids follow the declared order.

    Every field is optional there: nullability is a rule that the audit checks before a publish, and Parquet files
    written by an engine always declare their columns nullable, which Iceberg would refuse for a required field.
    """
    from pyiceberg.schema import Schema
    from pyiceberg.types import NestedField

    fields = [
        NestedField(number, column.name, _iceberg_type(column.type), required=False, doc=column.description or None)
        for number, column in enumerate(columns, start=1)
    ]
    return Schema(*fields)


def iceberg_partition_spec(table: TableSpec, schema: Schema) -> PartitionSpec:
    """The Iceberg partition spec of a table."""
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.transforms import IdentityTransform, MonthTransform, Transform

    transforms: dict[str, Callable[[], Transform]] = {"month": MonthTransform, "identity": IdentityTransform}
    fields = [
        PartitionField(
            source_id=schema.find_field(column).field_id,
            field_id=1000 + number,
            transform=transforms[transform](),
            name=column if transform == "identity" else f"{column}_{transform}",
        )
        for number, (column, transform) in enumerate(table.partition_by)
    ]
    return PartitionSpec(*fields)


def _iceberg_type(name: ColumnType) -> IcebergType:
    from pyiceberg import types

    by_name: dict[ColumnType, Callable[[], IcebergType]] = {
        "int": types.IntegerType,
        "long": types.LongType,
        "double": types.DoubleType,
        "string": types.StringType,
        "boolean": types.BooleanType,
        "date": types.DateType,
        "timestamp": types.TimestamptzType,
        "binary": types.BinaryType,
    }
    return by_name[name]()
