"""Files leave a table whatever other threads look at."""

import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.expressions import visitors

from platform_assets.lake import Lake, TableSpec, month_window

Rows = Callable[..., pa.Table]
MONTHS = [f"2013-{month:02}" for month in range(1, 9)]


@pytest.fixture
def slow_evaluators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other threads get their turn between the moment a list of files is taken up and the look at it."""
    at_once = visitors.visit

    def later(expression: Any, visitor: Any) -> Any:
        if isinstance(visitor, visitors._ManifestEvalVisitor):
            time.sleep(0.002)
        return at_once(expression, visitor)

    monkeypatch.setattr(visitors, "visit", later)


def test_a_partition_among_many_lists_of_files_is_replaced_while_threads_take_turns(
    local_lake: Lake, events: TableSpec, rows: Rows, slow_evaluators: None
) -> None:
    for month in MONTHS:
        for writer, count in (("first", 1), ("second", 2)):
            local_lake.publish_rows(events, month_window(month, "happened"), rows(month, writer, count), {})

    assert local_lake.read(events.name)["writer"].to_pylist() == ["second"] * 2 * len(MONTHS)
