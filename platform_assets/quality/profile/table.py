"""The profile of a table, or of any set of its partitions: one column profile each, merged in one step."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from platform_assets.quality.profile import codec
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.merging import merge_columns
from platform_assets.quality.profile.row_keys import RowKeys, merge_row_keys


@dataclass(frozen=True, slots=True, eq=False)
class TableProfile:
    """Rows and column profiles by name, in order of the names; equal rows have equal `to_bytes()`.

    `keys` counts the duplicates of declared key columns; None if none were declared, without rows, or as soon as rows
    without them are merged in.
    """

    rows: int = 0
    columns: dict[str, ColumnProfile] = field(default_factory=dict)
    keys: RowKeys | None = None

    @property
    def value_bytes(self) -> int | None:
        """Bytes of all values, whatever holds them (see `ColumnProfile.value_bytes`); None if a column's are unknown.

        Lists, structs and binary count 0.
        """
        sizes = [column.value_bytes for column in self.columns.values()]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    @property
    def key_duplicates(self) -> int | None:
        """Rows whose key occurred in another row before, exact or estimated as `RowKeys` says; None without keys."""
        return None if self.keys is None else self.keys.duplicates

    def merge(self, other: "TableProfile") -> "TableProfile":
        """Profile of the rows of both. A column that one side lacks counts only the rows of the other."""
        return merge_profiles([self, other])

    def to_bytes(self) -> bytes:
        """Canonical, versioned bytes: the same rows give the same bytes in any order, batching, split or merge."""
        return codec.table_to_bytes(self.rows, self.columns, self.keys)

    @classmethod
    def from_bytes(cls, data: bytes) -> "TableProfile":
        """Inverse of `to_bytes`; `ProfileError` if the bytes are something else or of a newer version."""
        return cls(*codec.table_from_bytes(data))

    def __eq__(self, other: object) -> bool:
        """Equal exactly when the canonical bytes are."""
        return isinstance(other, TableProfile) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        """Hash of the canonical bytes."""
        return hash(self.to_bytes())


def merge_profiles(profiles: Iterable[TableProfile]) -> TableProfile:
    """Profile of the rows of all `profiles` in one pass: far cheaper than merging many pair by pair."""
    parts = list(profiles)
    if len(parts) == 1:
        return parts[0]
    names = sorted({name for part in parts for name in part.columns})
    columns = {name: merge_columns(name, [p.columns[name] for p in parts if name in p.columns]) for name in names}
    keys = [part.keys for part in parts if part.rows]
    known = [key for key in keys if key is not None]
    merged = merge_row_keys(known) if known and len(known) == len(keys) else None
    return TableProfile(sum(part.rows for part in parts), columns, merged)
