"""One profile per value of a column, so that a change in one segment (a carrier, a region, a label) can be seen.

Bounded and yet independent of the order of the rows: of more than `at_most` values those with the smallest 64-bit
hashes keep a profile of their own, the rows of all others share `REST`. (The most frequent values cannot be known
before the last row, when it is too late to split what was merged.) A value that is dropped from a part would be
dropped from the whole, so segments of parts merge exactly. To choose the values, name them: `values=`, for instance
those of `ColumnProfile.frequent` of an earlier profile.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.arrow_values import kind_of, plain
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import hashes_of_text
from platform_assets.quality.profile.scan import chunks, profile_batches
from platform_assets.quality.profile.table import TableProfile, merge_profiles

REST = "(rest)"
NULL = "(null)"
AT_MOST = 32
Segments = dict[str, TableProfile]


def profile_segments(
    batches: Iterable[pa.RecordBatch],
    by: str,
    columns: Sequence[str] | None = None,
    *,
    at_most: int = AT_MOST,
    values: Sequence[str] | None = None,
    keys: Sequence[str] = (),
    weights: str | None = None,
) -> Segments:
    """Profile per value of column `by` (as text, `NULL` for nulls), in order of the values; `REST` for all others.

    `values` chooses the segments; else there are at most `at_most` of them. The other arguments are those of
    `profile_batches`. `ProfileError` if `by` is missing or has no values that can be written as text.
    """
    found: Segments = {}
    for table in chunks(batches):
        if by not in table.column_names:
            raise ProfileError(f"cannot segment by '{by}': the data has {', '.join(table.column_names)}.")
        labels = _labels(by, table[by])
        kept = _kept([*found, *pc.unique(labels).to_pylist()], at_most, values)
        groups = _rows_by_label(labels, kept)
        parts = {
            label: profile_batches(table.take(rows).to_batches(), columns, keys=keys, weights=weights)
            for label, rows in groups.items()
        }
        found = merge_segments([found, parts], at_most=at_most, values=values)
    return found


def merge_segments(
    parts: Sequence[Mapping[str, TableProfile]], *, at_most: int = AT_MOST, values: Sequence[str] | None = None
) -> Segments:
    """Segments of the rows of all parts, which must have been made with the same `at_most` and `values`."""
    names = sorted({label for part in parts for label in part})
    kept = _kept(names, at_most, values)
    groups: dict[str, list[TableProfile]] = {}
    for name in names:
        groups.setdefault(name if name in kept else REST, []).extend(part[name] for part in parts if name in part)
    return {label: merge_profiles(profiles) for label, profiles in sorted(groups.items())}


def _labels(name: str, column: pa.ChunkedArray) -> pa.LargeStringArray:
    array = plain(column)
    array = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    if kind_of(array.type) == "other" and array.null_count < len(array):
        raise ProfileError(f"cannot segment by '{name}', which is {array.type}; use text, numbers, times or booleans.")
    if array.null_count == len(array):
        return pa.array([NULL] * len(array), pa.large_string())
    return pc.fill_null(array.cast(pa.large_string()), NULL)


def _kept(labels: Sequence[str], at_most: int, values: Sequence[str] | None) -> set[str]:
    if values is not None:
        return set(values)
    different = pa.array(sorted(set(labels) - {REST}), pa.large_string())
    order = np.argsort(hashes_of_text(different), kind="stable")[:at_most]
    return set(different.take(pa.array(order)).to_pylist())


def _rows_by_label(labels: pa.LargeStringArray, kept: set[str]) -> dict[str, pa.Array]:
    """Row numbers of each kept label, all others under `REST`."""
    encoded = labels.dictionary_encode()
    names = [label if label in kept else REST for label in encoded.dictionary.to_pylist()]
    targets = sorted(set(names))
    codes = np.array([targets.index(name) for name in names], dtype=np.int64)[encoded.indices.to_numpy()]
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(targets) + 1))
    return {name: pa.array(order[bounds[i] : bounds[i + 1]]) for i, name in enumerate(targets)}
