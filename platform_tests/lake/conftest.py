"""A small table, cut by month: who wrote a row, in which version, and when it happened."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from platform_assets.lake import ColumnSpec, Lake, TableSpec, month_window

EVENTS = TableSpec(
    "shop.events",
    (
        ColumnSpec("happened", "timestamp", False, "When it happened (UTC)."),
        ColumnSpec("writer", "string", False, "Who wrote the row."),
        ColumnSpec("number", "long", True, "Running number."),
    ),
    (("happened", "month"),),
)

Rows = Callable[..., pa.Table]


@pytest.fixture(scope="session")
def events() -> TableSpec:
    """The table's specification."""
    return EVENTS


@pytest.fixture(scope="session")
def rows() -> Rows:
    """``rows("2013-02", "me", 3)``: rows within a month, an hour apart, first and last moment of the month included."""

    def build(partition: str, writer: str, count: int) -> pa.Table:
        window = month_window(partition, "happened")
        moments = [window.start + timedelta(hours=number) for number in range(count - 1)]
        moments.append(window.end - timedelta(microseconds=1))
        return pa.table(
            {
                "happened": pa.array(moments, pa.timestamp("us", tz="UTC")),
                "writer": [writer] * count,
                "number": pa.array(range(count), pa.int64()),
            }
        )

    return build


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake(tmp_path / "lake")
