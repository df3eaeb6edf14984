"""The flat form of a profile: one row a column for a table that anyone can query with SQL, the sketch beside it."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from platform_assets.quality.profile import codec
from platform_assets.quality.profile.column import FREQUENT_VALUES, ColumnProfile
from platform_assets.quality.profile.table import TableProfile

QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}

PROFILE_ROW_SCHEMA = pa.schema(
    [
        pa.field("column", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("count", "nulls", "nan", "infinities", "distinct")),
        pa.field("null_share", pa.float64(), nullable=False),
        *(pa.field(name, pa.float64()) for name in ("min", "max", "mean", "std", *QUANTILES)),
        pa.field("min_text", pa.string()),
        pa.field("max_text", pa.string()),
        pa.field("frequent", pa.string()),
        # Added later: null in rows that were stored before.
        pa.field("missing_share", pa.float64()),
        pa.field("distinct_is_exact", pa.bool_()),
        pa.field("largest_bin_share", pa.float64()),
        pa.field("trimmed_rows", pa.int64()),
        pa.field("sketch", pa.binary(), nullable=False),
        *(pa.field(name, pa.float64()) for name in ("true_share", "length_mean")),
        *(pa.field(name, pa.int64()) for name in ("value_bytes", "length_min", "length_p50", "length_max")),
        *(pa.field(name, pa.int64()) for name in ("largest_gap", "key_duplicates")),
        pa.field("patterns", pa.string()),
        pa.field("row_keys", pa.binary()),
    ]
)


def profile_rows(profile: TableProfile) -> list[dict[str, Any]]:
    """One dict a column with the fields of `PROFILE_ROW_SCHEMA`.

    Times are microseconds since 1970 UTC in the numbers and ISO 8601 in `min_text` and `max_text`; `frequent` is JSON
    text `[[value, rows], ...]` of the most frequent texts, `patterns` likewise of patterns. `missing_share` also counts
    NaN and infinities; `largest_bin_share` bounds the error of quantiles, in ranks, and `trimmed_rows` are those of
    texts not kept. `largest_gap` (between two times) is in microseconds. `sketch` holds all that rebuilds the column.
    What belongs to the table (`key_duplicates`, `row_keys`) stands in the row of the first column only, so that sums
    over rows are right.
    """
    rows = [_row(name, column) for name, column in profile.columns.items()]
    if rows and profile.keys is not None:
        rows[0] |= {"key_duplicates": profile.key_duplicates, "row_keys": codec.row_keys_to_bytes(profile.keys)}
    return rows


def profile_from_rows(rows: Iterable[Mapping[str, Any]], table_rows: int) -> TableProfile:
    """Rebuild a profile from rows with at least `column` and `sketch`; `table_rows` is the table's number of rows.

    Duplicates of keys are known again if the rows have `row_keys`.
    """
    columns, keys = {}, None
    for row in rows:
        columns[str(row["column"])] = codec.column_from_bytes(bytes(row["sketch"]))
        if row.get("row_keys") is not None:
            keys = codec.row_keys_from_bytes(bytes(row["row_keys"]))
    return TableProfile(table_rows, dict(sorted(columns.items())), keys)


def _row(name: str, column: ColumnProfile) -> dict[str, Any]:
    is_text = column.kind == "text"
    low, high = column.min, column.max
    return {
        "column": name,
        "kind": column.kind,
        "count": column.count,
        "nulls": column.nulls,
        "nan": column.nan,
        "infinities": column.infinities,
        "distinct": column.distinct,
        "null_share": column.null_share,
        "min": None if is_text else low,
        "max": None if is_text else high,
        "mean": column.mean,
        "std": column.std,
        **{label: column.quantile(q) for label, q in QUANTILES.items()},
        "min_text": _as_text(column, low),
        "max_text": _as_text(column, high),
        "frequent": json.dumps(column.frequent(), ensure_ascii=False) if is_text else None,
        "missing_share": column.missing_share,
        "distinct_is_exact": column.distinct_is_exact,
        "largest_bin_share": None if is_text else column.ordered.largest_bin_share,
        "trimmed_rows": column.text.trimmed_rows if is_text else None,
        "sketch": codec.column_to_bytes(column),
        **_measured_of_kind(column),
        "key_duplicates": None,
        "row_keys": None,
    }


def _measured_of_kind(column: ColumnProfile) -> dict[str, Any]:
    """What only some kinds of columns have; None for the others and for profiles that are too old to know."""
    lengths, gaps = column.lengths, column.gaps
    return {
        "true_share": column.true_share,
        "value_bytes": column.value_bytes,
        "length_min": None if lengths is None else lengths.min,
        "length_p50": None if lengths is None else lengths.quantile(0.5),
        "length_mean": None if lengths is None else lengths.mean,
        "length_max": None if lengths is None else lengths.max,
        "largest_gap": None if gaps is None else gaps.largest_at_least,
        "patterns": None if column.patterns is None else json.dumps(column.patterns.most_frequent(FREQUENT_VALUES)),
    }


def _as_text(column: ColumnProfile, value: float | str | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return iso_time(value) if column.kind == "timestamp" else None


def iso_time(microseconds: float) -> str:
    """ISO 8601 in UTC; plain microseconds for years that a calendar date cannot hold."""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))).isoformat()
    except OverflowError:
        return f"{int(microseconds)} microseconds"
