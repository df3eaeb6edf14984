"""The difference of two versions: of the schema, and of the rows by key, from the files that differ alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.lake.changed_files import LiveFile, changed_files
from platform_assets.lake.version_errors import KeysDoNotFit

if TYPE_CHECKING:
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

    from platform_assets.lake.partitions import Scope

BEFORE, AFTER = "row before", "row after"


@dataclass(frozen=True)
class ChangedRow:
    """A row that both versions have: its key, and each column that differs with the value before and after."""

    key: Mapping[str, Any]
    columns: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Difference:
    """What changed from the snapshot ``before`` to the snapshot ``after``.

    Attributes:
        schema: changes of the columns, in words.
        added, removed, changed: counts of rows; a row is identified by its key.
        changed_columns: in how many changed rows each column differs.
        added_rows, removed_rows, changed_rows: a few examples each.
        files_read: data files that were read; those that both versions have are not.
    """

    before: int
    after: int
    schema: tuple[str, ...]
    added: int
    removed: int
    changed: int
    changed_columns: Mapping[str, int]
    added_rows: Sequence[Mapping[str, Any]]
    removed_rows: Sequence[Mapping[str, Any]]
    changed_rows: Sequence[ChangedRow]
    files_read: int


def difference(
    table: Table, name: str, before: int, after: int, keys: Sequence[str], scope: Scope, *, samples: int
) -> Difference:
    """Compare two snapshots in ``scope``; the rows of the files that differ have to fit into memory.

    Two values are equal if both are missing, both are not a number, or they are equal after the type was widened.
    A column that only one version has changes the schema, not the rows.

    Args:
        keys: columns that together identify a row; a row without one of them counts as removed and added.
        samples: most examples of each kind.

    Raises:
        KeysDoNotFit: a key is no column of both versions, or does not identify a row.
    """
    schemas = [_schema(table, snapshot) for snapshot in (before, after)]
    names = {field.field_id: field.name for field in schemas[1].fields}
    renamed = {field.name: names.get(field.field_id, field.name) for field in schemas[0].fields}
    changed = changed_files(table, before, after, scope)
    old = _rows(table, schemas[0], changed.only_before, scope)
    old = old.rename_columns([renamed[column] for column in old.column_names])
    new = _rows(table, schemas[1], changed.only_after, scope)
    for rows in (old, new):
        _require_keys(name, rows, keys)
    pairs = _pairs(old, new, keys)
    removed = old.take(pairs.filter(pc.is_null(pairs[AFTER]))[BEFORE])
    added = new.take(pairs.filter(pc.is_null(pairs[BEFORE]))[AFTER])
    both = pairs.filter(pc.and_(pc.is_valid(pairs[BEFORE]), pc.is_valid(pairs[AFTER])))
    differs = _differing(old.take(both[BEFORE]), new.take(both[AFTER]), keys)
    any_differs = _any(list(differs.values()), both.num_rows)
    examples = both.filter(any_differs).slice(0, samples)
    return Difference(
        before=before,
        after=after,
        schema=_schema_changes(*schemas),
        added=added.num_rows,
        removed=removed.num_rows,
        changed=_true(any_differs),
        changed_columns={column: _true(mask) for column, mask in differs.items() if _true(mask)},
        added_rows=added.slice(0, samples).to_pylist(),
        removed_rows=removed.slice(0, samples).to_pylist(),
        changed_rows=_examples(old.take(examples[BEFORE]), new.take(examples[AFTER]), keys),
        files_read=len(changed.only_before) + len(changed.only_after),
    )


def _rows(table: Table, schema: Schema, files: Sequence[LiveFile], scope: Scope) -> pa.Table:
    from pyiceberg.io.pyarrow import ArrowScan
    from pyiceberg.table import FileScanTask

    scan = ArrowScan(table.metadata, table.io, schema, scope.expression())
    return scan.to_table([FileScanTask(live.file) for live in files])


def _require_keys(name: str, rows: pa.Table, keys: Sequence[str]) -> None:
    missing = [key for key in keys if key not in rows.column_names]
    if missing or not keys:
        raise KeysDoNotFit(name, keys, f"{', '.join(missing)} is no column of both" if missing else "no key was named")
    if rows.select(keys).group_by(list(keys)).aggregate([]).num_rows != rows.num_rows:
        raise KeysDoNotFit(name, keys, "several rows share a key")


def _pairs(old: pa.Table, new: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Which row before is which row after; missing on the side that has no such row. In the order of the rows."""
    left, right = (
        rows.select(keys).append_column(place, pa.array(range(rows.num_rows), pa.int64()))
        for rows, place in ((old, BEFORE), (new, AFTER))
    )
    common = pa.unify_schemas([old.select(keys).schema, new.select(keys).schema], promote_options="permissive")
    left, right = (rows.cast(common.append(rows.schema.field(-1))) for rows in (left, right))
    return left.join(right, list(keys), join_type="full outer").sort_by([(AFTER, "ascending"), (BEFORE, "ascending")])


def _differing(old: pa.Table, new: pa.Table, keys: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    shared = [name for name in new.column_names if name in old.column_names and name not in keys]
    return {name: _differs(old[name], new[name]) for name in shared}


def _differs(old: pa.ChunkedArray, new: pa.ChunkedArray) -> pa.ChunkedArray:
    unequal = pc.fill_null(pc.not_equal(old, new), False)
    if pa.types.is_floating(old.type) and pa.types.is_floating(new.type):
        both_nan = pc.fill_null(pc.and_(pc.is_nan(old), pc.is_nan(new)), False)
        unequal = pc.and_not(unequal, both_nan)
    return pc.or_(unequal, pc.xor(pc.is_null(old), pc.is_null(new)))


def _any(masks: list[pa.ChunkedArray], rows: int) -> pa.ChunkedArray:
    result = pa.chunked_array([pa.repeat(pa.scalar(False), rows)])
    for mask in masks:
        result = pc.or_(result, mask)
    return result


def _true(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _examples(old: pa.Table, new: pa.Table, keys: Sequence[str]) -> list[ChangedRow]:
    differs = _differing(old, new, keys)
    return [
        ChangedRow(
            key={key: after[key] for key in keys},
            columns={name: (before[name], after[name]) for name, mask in differs.items() if mask[number].as_py()},
        )
        for number, (before, after) in enumerate(zip(old.to_pylist(), new.to_pylist(), strict=True))
    ]


def _schema(table: Table, snapshot_id: int) -> Schema:
    return table.scan(snapshot_id=snapshot_id).projection()


def _schema_changes(old: Schema, new: Schema) -> tuple[str, ...]:
    before = {field.field_id: field for field in old.fields}
    after = {field.field_id: field for field in new.fields}
    words = [f"{field.name} added ({field.field_type})" for key, field in after.items() if key not in before]
    words += [f"{field.name} removed" for key, field in before.items() if key not in after]
    for key in before.keys() & after.keys():
        if before[key].name != after[key].name:
            words.append(f"{before[key].name} renamed to {after[key].name}")
        if before[key].field_type != after[key].field_type:
            words.append(f"{after[key].name} changed from {before[key].field_type} to {after[key].field_type}")
    return tuple(words)
