"""Profiles of many partitions, merged ahead of the question: any window reads a few dozen sketches, not thousands.

The profile table has a file per partition, so that one is replaced atomically and cheaply; a thousand of them take a
second to open and several to decode. Complete runs of 64 partitions in order of their names are therefore kept a
second time as a *block*: the 64 profiles in one file, the 8 merges of 8 neighbours in another, the merge of all in a
third. Merging is exact, so a window that is put together from these *nodes* has the bytes of one that is merged
partition by partition.

A node says of which files of the profile table it was made, and counts only while these are the current ones: a profile
that was replaced, rolled back or added since is read from the profile table until the next `pack_profiles`. A block
that is out of date costs time; it never changes an answer.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.schema import arrow_schema
from platform_assets.quality.profile import TableProfile
from platform_assets.quality.profile.codec import column_to_bytes
from platform_assets.quality.profile.table import merge_profiles
from platform_assets.quality.profile_files import current_files, decoded, read_files, rows_by

#: Partitions of a node, largest first; the first is the length of a block.
SIZES = (64, 8, 1)

BLOCKS = TableSpec(
    "platform.profile_blocks",
    (
        ColumnSpec("table", "string", False, "Table that was profiled."),
        ColumnSpec("block", "string", False, "First partition of the block."),
        ColumnSpec("size", "long", False, "Partitions merged into this row's node: 64, 8 or 1."),
        ColumnSpec("first", "string", False, "First partition of the node."),
        ColumnSpec("last", "string", False, "Last partition of the node."),
        ColumnSpec("made_of", "string", False, "Digest of the files of platform.profiles that the node was made of."),
        ColumnSpec("table_rows", "long", False, "Rows of the node's partitions."),
        ColumnSpec("column", "string", False, "Column that was profiled."),
        ColumnSpec("sketch", "binary", False, "Everything needed to rebuild the column's profile."),
    ),
    (("table", "identity"), ("block", "identity"), ("size", "identity")),
)
_READ = ("first", "made_of", "table_rows", "column", "sketch")

#: Files of the profile table by partition.
ByPartition = Mapping[str, tuple[str, ...]]


class Nodes:
    """The stored nodes of one table that are made of its current profiles."""

    def __init__(self, lake: Lake, table: str, files: ByPartition) -> None:
        """Look up which blocks there are; `files` are the current ones of the profile table."""
        self._lake, self._files = lake, files
        self._order = sorted(files)
        self._position = {name: at for at, name in enumerate(self._order)}
        keys = current_files(lake, BLOCKS.name, table)
        self._stored = {(block, int(size)): found for (_, block, size), found in keys.items()}
        self._blocks = sorted({block for block, _ in self._stored})

    def covering(self, wanted: Iterable[str], columns: Sequence[str] | None) -> tuple[list[TableProfile], set[str]]:
        """As few nodes as hold profiles of `wanted` partitions and of no other, and the partitions in none of them."""
        rest, found = set(wanted), []
        for size in SIZES:
            for members, profile in self._valid(size, rest, columns):
                found.append(profile)
                rest.difference_update(members)
        return found, rest

    def single(self, wanted: Iterable[str], columns: Sequence[str] | None) -> dict[str, TableProfile]:
        """Profiles of single partitions, as far as blocks hold them."""
        return {members[0]: profile for members, profile in self._valid(1, set(wanted), columns)}

    def _valid(
        self, size: int, wanted: set[str], columns: Sequence[str] | None
    ) -> Iterator[tuple[list[str], TableProfile]]:
        """Nodes of a size whose members are all wanted, with their members."""
        blocks = self._blocks_of(wanted)
        # A block's own node counts only if its first partition is wanted: this saves opening those at the edges.
        files = [
            location
            for block in sorted(blocks)
            if size < SIZES[0] or block in wanted
            for location in self._stored.get((block, size), ())
        ]
        if not files:
            return
        for first, node in rows_by("first", read_files(self._lake, files, _READ)):
            members = self._members(first, size, node["made_of"][0].as_py())
            if members and wanted.issuperset(members):
                yield members, decoded(node, columns)

    def _blocks_of(self, wanted: set[str]) -> set[str]:
        """The block in whose run each partition lies, by its name; whether it holds it, its digest says."""
        at = {bisect_right(self._blocks, name) - 1 for name in wanted}
        return {self._blocks[index] for index in at if index >= 0}

    def _members(self, first: str, size: int, digest: str) -> list[str]:
        """The partitions of a node; none if it is not made of their current profiles."""
        start = self._position.get(first)
        if start is None:
            return []
        members = self._order[start : start + size]
        return members if made_of(self._files, members) == digest else []


def made_of(files: ByPartition, members: Sequence[str]) -> str:
    """Digest of the files that hold the profiles of `members`, in their order."""
    listed = "\n".join(f"{name}\t{location}" for name in members for location in files[name])
    return hashlib.blake2b(listed.encode(), digest_size=16).hexdigest()


def block_rows(table: str, files: ByPartition, profiles: Mapping[str, TableProfile]) -> dict[int, pa.Table]:
    """Rows of the nodes of one block by size, from the profiles of its partitions.

    Raises:
        ProfileError: the partitions cannot be merged, because a column changed its kind between them.
    """
    block, rows = min(profiles), {}
    for size in sorted(SIZES):
        rows[size] = [
            row
            for members in _chunks(sorted(profiles), size)
            for row in _node_rows(table, block, files, members, merge_profiles(profiles[name] for name in members))
        ]
    schema = arrow_schema(BLOCKS.columns)
    return {size: pa.Table.from_pylist(found, schema=schema) for size, found in rows.items()}


def _node_rows(
    table: str, block: str, files: ByPartition, members: Sequence[str], profile: TableProfile
) -> list[dict[str, object]]:
    node = {
        "table": table,
        "block": block,
        "size": len(members),
        "first": members[0],
        "last": members[-1],
        "made_of": made_of(files, members),
        "table_rows": profile.rows,
    }
    return [{**node, "column": name, "sketch": column_to_bytes(column)} for name, column in profile.columns.items()]


def _chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))
