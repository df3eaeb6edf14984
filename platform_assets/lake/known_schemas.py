"""Translations of schemas, made once a process: between Iceberg, Avro and Parquet they depend on the schemas alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from platform_assets.lake.known import Known

if TYPE_CHECKING:
    from pyiceberg.avro.file import AvroFileHeader
    from pyiceberg.manifest import ManifestWriter
    from pyiceberg.schema import Schema

MOST_TRANSLATIONS = 500
TRANSLATIONS = Known(MOST_TRANSLATIONS)

_Made = TypeVar("_Made")


@cache
def know_schemas() -> None:
    """Let PyIceberg translate a schema once, for the life of the process.

    It does so for every file that it reads or writes, although the files of a table differ in their rows alone; that
    took longer than the rows of a manifest. What is made holds no state of a file.
    """
    from pyiceberg.avro import file
    from pyiceberg.io import pyarrow
    from pyiceberg.manifest import ManifestWriter
    from pyiceberg.schema import Schema
    from pyiceberg.utils.schema_conversion import AvroSchemaConversion

    Schema.as_struct = _once_per_schema(Schema.as_struct)
    ManifestWriter._with_partition = _of_manifest(ManifestWriter._with_partition)
    file.resolve_reader = _once(file.resolve_reader)
    file.resolve_writer = _once(file.resolve_writer)
    file.AvroFileHeader.get_schema = _schema_of
    AvroSchemaConversion.iceberg_to_avro = _to_avro(AvroSchemaConversion.iceberg_to_avro)
    pyarrow._check_pyarrow_schema_compatible = _once(pyarrow._check_pyarrow_schema_compatible)


def _once(make: Callable[..., _Made]) -> Callable[..., _Made]:
    def known(*arguments: Any, **named: Any) -> _Made:
        key = (make, *map(_key, arguments), *((name, _key(value)) for name, value in named.items()))
        return TRANSLATIONS.get(key, lambda: make(*arguments, **named), _one)

    return known


def _once_per_schema(make: Callable[[Schema], _Made]) -> Callable[[Schema], _Made]:
    def known(schema: Schema) -> _Made:
        # A schema is frozen, and keeps what it works out about itself in the same way.
        if "_struct" not in schema.__dict__:
            schema.__dict__["_struct"] = make(schema)
        struct: _Made = schema.__dict__["_struct"]
        return struct

    return known


def _of_manifest(make: Callable[..., Schema]) -> Callable[..., Schema]:
    def known(writer: ManifestWriter, format_version: int) -> Schema:
        key = "manifest", writer._spec, writer._schema.as_struct(), format_version
        return TRANSLATIONS.get(key, lambda: make(writer, format_version), _one)

    return known


def _schema_of(header: AvroFileHeader) -> Schema:
    from pyiceberg.utils.schema_conversion import AvroSchemaConversion

    text = header.meta["avro.schema"]
    return TRANSLATIONS.get(text, lambda: AvroSchemaConversion().avro_to_iceberg(json.loads(text)), _one)


def _to_avro(make: Callable[..., _Made]) -> Callable[..., _Made]:
    def known(conversion: Any, schema: Schema, schema_name: str | None = None) -> _Made:
        key = "to avro", schema.as_struct(), schema_name
        return TRANSLATIONS.get(key, lambda: make(conversion, schema, schema_name), _one)

    return known


def _key(argument: Any) -> Hashable:
    import pyarrow as pa
    from pyiceberg.schema import Schema

    key: Hashable = tuple(argument.items()) if isinstance(argument, dict) else argument
    if isinstance(argument, Schema):
        key = argument.as_struct()
    elif isinstance(argument, pa.Schema):
        # Equality of Arrow's schemas overlooks the numbers of columns, which are in their metadata.
        key = argument.serialize().to_pybytes()
    return key


def _one(_made: object) -> int:
    return 1
