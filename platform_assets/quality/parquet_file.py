"""A delivered Parquet file: is its frame whole, do its types fit the contract, can its rows be read?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryRefused

if TYPE_CHECKING:
    import pyarrow.parquet as pq

MEGABYTE = 1_000_000
AGAIN = "Deliver the complete file again."
# What Arrow raises for damaged bytes; names in a footer may be no UTF-8.
BROKEN = (pa.ArrowException, OSError, ValueError, MemoryError)

# Which Arrow types of a Parquet file can become a declared type without losing anything.
COMPATIBLE: dict[str, tuple[str, ...]] = {
    "int": ("int8", "int16", "int32"),
    "long": ("int8", "int16", "int32", "int64"),
    "double": ("int8", "int16", "int32", "float", "double"),
    "string": ("string", "large_string"),
    "boolean": ("bool",),
    "date": ("date32[day]",),
    "timestamp": ("timestamp",),
}


def parquet_header(declaration: DatasetDeclaration, path: Path, what: str) -> list[str]:
    """Column names of a Parquet file whose types fit the contract.

    Raises:
        DeliveryRefused: the file is cut off, has no rows, too many, or a column of another type.
    """
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
        names = list(schema.names)
    except BROKEN as error:
        raise DeliveryRefused(what, f"it is no readable Parquet file ({_first_line(error)})", AGAIN) from error
    if metadata.num_rows == 0:
        raise DeliveryRefused(what, "it has columns but no rows", AGAIN)
    _require_size(declaration, metadata, what)
    for column in declaration.columns:
        position = schema.get_field_index(column.name)
        if position >= 0 and not str(schema.field(position).type).startswith(COMPATIBLE[column.type]):
            raise DeliveryRefused(
                what,
                f"column '{column.name}' has type {schema.field(position).type}, the contract says {column.type}",
                "Deliver the declared type, or declare a wider type with a new contract version.",
            )
    return names


def damage(path: Path) -> str | None:
    """What is wrong within a Parquet file whose frame is whole, in words; None if every row can be read."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                batch.validate(full=True)
    except BROKEN as error:
        return f"its rows cannot be read ({_first_line(error)})"
    return None


def _require_size(declaration: DatasetDeclaration, metadata: pq.FileMetaData, what: str) -> None:
    # Encodings can write a billion equal values in a few bytes; in memory each takes one byte at least.
    groups = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    unpacked = max(groups, metadata.num_rows * metadata.num_columns)
    limit = declaration.arrival.unpacked_megabytes
    if unpacked > limit * MEGABYTE or metadata.num_rows < 0:
        raise DeliveryRefused(
            what,
            f"its {metadata.num_rows:,} rows unpack to {unpacked / MEGABYTE:,.0f} MB or more, the contract's "
            f"arrival.unpacked_megabytes is {limit:g}",
            "Check that it is the right file, or declare a higher limit.",
        )


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
