"""The flat form of a profile: one row a column for a table that anyone can query with SQL, the sketch beside it."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from platform_assets.quality.profile import codec
from platform_assets.quality.profile.column import ColumnProfile
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
    ]
)


def profile_rows(profile: TableProfile) -> list[dict[str, Any]]:
    """One dict a column with the fields of `PROFILE_ROW_SCHEMA`.

    Times are microseconds since 1970 UTC in the numbers and ISO 8601 in `min_text` and `max_text`; `frequent` is JSON
    text `[[value, rows], ...]` of the most frequent texts. `missing_share` also counts NaN and infinities;
    `largest_bin_share` bounds the error of quantiles, in ranks, and `trimmed_rows` are those of texts not kept.
    `sketch` holds everything needed to rebuild the column.
    """
    return [_row(name, column) for name, column in profile.columns.items()]


def profile_from_rows(rows: Iterable[Mapping[str, Any]], table_rows: int) -> TableProfile:
    """Rebuild a profile from rows with at least `column` and `sketch`; `table_rows` is the table's number of rows."""
    columns = {str(row["column"]): codec.column_from_bytes(bytes(row["sketch"])) for row in rows}
    return TableProfile(table_rows, dict(sorted(columns.items())))


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
