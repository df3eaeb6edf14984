"""Look at a delivered file before any engine reads it: is it there, whole, and does it have the declared columns?"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryMissing, DeliveryRefused

BLOCK = 1 << 20

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


@dataclass(frozen=True)
class Delivery:
    """A file that passed inspection.

    Attributes:
        header: column names in the file's order.
        digest: SHA-256 of the content, in hexadecimal; equal content has an equal digest.
    """

    path: Path
    header: tuple[str, ...]
    digest: str
    bytes: int


def inspect_delivery(declaration: DatasetDeclaration, partition: str | None, path: Path) -> Delivery:
    """Check a delivered file against its contract, without reading the rows.

    Raises:
        DeliveryMissing: there is no such file.
        DeliveryRefused: the file is empty, cut off, unreadable, or its columns differ from the contract.
    """
    if not path.is_file():
        raise DeliveryMissing(declaration.name, partition, str(path))
    what = f"{declaration.name}{f' {partition}' if partition else ''} ({path.name})"
    if path.stat().st_size == 0:
        raise DeliveryRefused(what, "the file is empty (0 bytes)", "Deliver the file again.")
    reader = {"csv": _csv_header, "parquet": _parquet_header}[declaration.arrival.format]
    header = reader(declaration, path, what)
    _require_columns(declaration, header, what)
    return Delivery(path, tuple(header), file_digest(path), path.stat().st_size)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def first_malformed_line(path: Path, width: int) -> str | None:
    """Where a CSV file first breaks its own shape, in words; None if every record has ``width`` fields."""
    with path.open(encoding="utf-8", newline="") as file:
        records = csv.reader(file)
        try:
            for record in records:
                if record and len(record) != width:
                    return f"line {records.line_num} has {len(record)} fields instead of {width}"
        except (csv.Error, UnicodeDecodeError) as error:
            return f"line {records.line_num + 1} cannot be read ({error})"
    return None


def damage(path: Path) -> str | None:
    """What is wrong within a Parquet file whose frame is whole, in words; None if every row can be read."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (pa.ArrowException, OSError) as error:
        return f"its rows cannot be read ({str(error).splitlines()[0]})"
    return None


def _csv_header(declaration: DatasetDeclaration, path: Path, what: str) -> list[str]:
    with path.open("rb") as file:
        first = file.readline(BLOCK)
        file.seek(-1, 2)
        last = file.read(1)
    if last != b"\n":
        raise DeliveryRefused(
            what, "its last line has no line end, so the file was cut off", "Deliver the complete file again."
        )
    _require_utf8(path, what)
    if len(first) == path.stat().st_size:
        raise DeliveryRefused(what, "it has a header but no rows", "Deliver the complete file again.")
    return next(csv.reader([first.decode("utf-8-sig")]))


def _require_utf8(path: Path, what: str) -> None:
    # Engines would replace what they cannot decode and say nothing.
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise DeliveryRefused(
                    what, f"line {number} is not UTF-8 text ({error.reason})", "Deliver the file as UTF-8."
                ) from error


def _parquet_header(declaration: DatasetDeclaration, path: Path, what: str) -> list[str]:
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DeliveryRefused(
            what, f"it is no readable Parquet file ({str(error).splitlines()[0]})", "Deliver the complete file again."
        ) from error
    if metadata.num_rows == 0:
        raise DeliveryRefused(what, "it has columns but no rows", "Deliver the complete file again.")
    schema = metadata.schema.to_arrow_schema()
    for column in declaration.columns:
        position = schema.get_field_index(column.name)
        if position >= 0 and not str(schema.field(position).type).startswith(COMPATIBLE[column.type]):
            raise DeliveryRefused(
                what,
                f"column '{column.name}' has type {schema.field(position).type}, the contract says {column.type}",
                "Deliver the declared type, or declare a wider type with a new contract version.",
            )
    return list(schema.names)


def _require_columns(declaration: DatasetDeclaration, header: list[str], what: str) -> None:
    declared = [column.name for column in declaration.columns]
    missing = [name for name in declared if name not in header]
    unknown = [name for name in header if name not in declared]
    if missing or unknown or len(set(header)) != len(header):
        parts = [f"missing {', '.join(missing)}"] if missing else []
        parts += [f"not declared {', '.join(unknown)}"] if unknown else []
        parts += ["a column name stands twice"] if len(set(header)) != len(header) else []
        raise DeliveryRefused(
            what,
            f"its columns differ from contract version {declaration.version}: {'; '.join(parts)}",
            "Correct the file, or change the contract's columns and raise its version.",
        )
