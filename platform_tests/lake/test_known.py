"""What is known of immutable files and schemas: the same answers as from the files themselves, and within a bound."""

from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from threading import current_thread

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.errors import StoreFailed
from platform_assets.lake.inline_tasks import inline_tasks
from platform_assets.lake.known import Known
from platform_assets.lake.known_metadata import KNOWN_FILES
from platform_assets.lake.known_schemas import TRANSLATIONS

Rows = Callable[..., pa.Table]
JANUARY, FEBRUARY = month_window("2013-01", "happened"), month_window("2013-02", "happened")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), max_size=60), st.integers(1, 12))
def test_the_answers_used_last_are_known_up_to_the_bound(asked: list[tuple[int, int]], most: int) -> None:
    known = Known(most)
    recent: dict[int, int] = {}
    found: list[int] = []

    def find(key: int) -> str:
        found.append(key)
        return f"answer {key}"

    expected = []
    for key, wanted in asked:
        if key not in recent:
            expected.append(key)
        size = recent.pop(key, wanted)
        assert known.get(key, partial(find, key), lambda _, size=size: size) == f"answer {key}"
        recent[key] = size
        while sum(recent.values()) > most:
            del recent[next(iter(recent))]
    assert found == expected


def test_what_is_known_of_a_table_is_what_its_files_say(lake: Lake, events: TableSpec, rows: Rows) -> None:
    for month, window in (("2013-01", JANUARY), ("2013-02", FEBRUARY), ("2013-01", JANUARY)):
        lake.publish_rows(events, window, rows(month, month, 3), {"partition": month})
    known = lake.iceberg(events.name)
    listed = known.current_snapshot().manifests(known.io)
    entries = [manifest.fetch_manifest_entry(known.io, discard_deleted=False) for manifest in listed]
    files = lake.plan_files(events.name, JANUARY)

    KNOWN_FILES.forget()
    TRANSLATIONS.forget()

    read = lake.iceberg(events.name)
    assert read.metadata is not known.metadata
    assert read.metadata == known.metadata
    again = read.current_snapshot().manifests(read.io)
    assert [list(one._data) for one in again] == [list(one._data) for one in listed]
    assert [one.fetch_manifest_entry(read.io, discard_deleted=False) for one in again] == entries
    assert lake.plan_files(events.name, JANUARY) == files


def test_a_known_table_is_read_without_its_metadata_files(
    local_lake: Lake, events: TableSpec, rows: Rows, tmp_path: Path
) -> None:
    local_lake.publish_rows(events, JANUARY, rows("2013-01", "me", 3), {})
    assert local_lake.read(events.name, JANUARY).num_rows == 3
    folder = Path(local_lake.store.location(*events.name.split("."), "metadata"))
    folder.rename(tmp_path / "elsewhere")

    assert Lake(local_lake.warehouse).read(events.name, JANUARY).num_rows == 3
    KNOWN_FILES.forget()
    with pytest.raises(StoreFailed, match="metadata"):
        local_lake.read(events.name, JANUARY)


def test_entries_read_before_their_commit_do_not_stay_without_its_number(
    local_lake: Lake, events: TableSpec, rows: Rows
) -> None:
    from pyiceberg.manifest import UNASSIGNED_SEQ

    local_lake.publish_rows(events, JANUARY, rows("2013-01", "me", 2), {})
    table = local_lake.iceberg(events.name)
    (committed,) = table.current_snapshot().manifests(table.io)
    before = copy(committed)
    before._data = [*committed._data]
    before.sequence_number = UNASSIGNED_SEQ
    KNOWN_FILES.forget()

    assert [entry.sequence_number for entry in before.fetch_manifest_entry(table.io)] == [UNASSIGNED_SEQ]
    assert [entry.sequence_number for entry in committed.fetch_manifest_entry(table.io)] == [1]


def test_inline_tasks_run_in_the_calling_thread_and_their_errors_reach_the_caller(local_lake: Lake) -> None:
    from pyiceberg.utils.concurrent import ExecutorFactory

    assert local_lake.tables() == []
    with inline_tasks(True):
        executor = ExecutorFactory.get_or_create()
        assert executor.submit(current_thread).result() is current_thread()
        failed = executor.submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failed.result()
    assert ExecutorFactory.get_or_create().submit(current_thread).result() is not current_thread()
