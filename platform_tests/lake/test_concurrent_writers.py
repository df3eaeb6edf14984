"""Sixteen processes publish the same and different partitions at the same moment: nothing is lost, nothing doubled."""

from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pytest
from publisher import expected, take_turns

from platform_assets.lake import Lake, TableSpec, month_window

pytestmark = pytest.mark.slow

WRITERS = 16
ROWS = 5
SHARED = ("2013-01", "2013-02")


def test_writers_of_the_same_and_of_different_partitions_lose_and_double_nothing(
    start: Callable[..., tuple[BaseProcess, Connection]],
    racing_lake: Lake,
    events: TableSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = {f"writer {number}": f"{2014 + number // 12}-{number % 12 + 1:02}" for number in range(WRITERS)}
    pipes = [start(take_turns, racing_lake, events, writer, [*SHARED, own[writer]])[1] for writer in own]
    assert [pipe.recv() for pipe in pipes] == ["ready"] * WRITERS
    for pipe in pipes:
        pipe.send("go")
    published: dict[str, dict[str, int]] = dict(pipe.recv() for pipe in pipes)

    snapshots = [snapshot for of_writer in published.values() for snapshot in of_writer.values()]
    with capsys.disabled():
        print(
            f"\n{WRITERS} processes on {'disk' if racing_lake.store.is_local else 's3'}: {len(snapshots)} publishes, "
            f"{len(set(snapshots))} snapshots, {len(racing_lake.iceberg(events.name).history())} in the history, "
            f"{racing_lake.read(events.name).num_rows} rows in {len(SHARED) + WRITERS} partitions"
        )
    for writer, partition in own.items():
        assert written(racing_lake, events, partition) == expected(writer, ROWS)
    for partition in SHARED:
        assert written(racing_lake, events, partition) in [expected(writer, ROWS) for writer in published]
    assert racing_lake.read(events.name).num_rows == ROWS * (WRITERS + len(SHARED))
    # Each publish was visible for a moment, complete and alone, and each is one step of the history.
    assert Counter(snapshots) == Counter(entry.snapshot_id for entry in racing_lake.iceberg(events.name).history())
    for writer, of_writer in published.items():
        for partition, snapshot in of_writer.items():
            assert written(racing_lake, events, partition, snapshot) == expected(writer, ROWS)


def written(lake: Lake, events: TableSpec, partition: str, snapshot: int | None = None) -> list[tuple[str, int]]:
    found = lake.read(events.name, month_window(partition, "happened"), snapshot_id=snapshot)
    return sorted(zip(found["writer"].to_pylist(), found["number"].to_pylist(), strict=True))
