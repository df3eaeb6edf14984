"""Writers at the same moment, and writers that die: readers see whole partitions, and nothing is lost or doubled."""

import contextlib
import multiprocessing
import random
import runpy
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from platform_assets.lake import Lake, TableSpec, month_window

PUBLISHER = Path(__file__).with_name("publisher.py")
WRITERS = 8
KILLS = 15

Start = Callable[..., tuple[BaseProcess, Connection]]


@pytest.fixture
def start() -> Any:
    """Starts a publisher process; all are stopped at the end."""
    context = multiprocessing.get_context("forkserver")
    # Imported once and forked: a test kills many processes, and each would import for seconds.
    context.set_forkserver_preload(["platform_assets.lake", "pyiceberg.catalog.sql", "pyiceberg.io.pyarrow"])
    running: list[BaseProcess] = []

    def one(task: str, *arguments: Any) -> tuple[BaseProcess, Connection]:
        ours, theirs = context.Pipe()
        given = {"ARGUMENTS": (task, theirs, *arguments)}
        process = context.Process(target=runpy.run_path, args=(str(PUBLISHER), given, "__main__"), daemon=True)
        process.start()
        theirs.close()
        running.append(process)
        return process, ours

    yield one
    for process in running:
        process.kill()
        process.join()


def test_eight_writers_of_the_same_and_of_different_partitions_lose_and_double_nothing(
    start: Start, lake: Lake, events: TableSpec
) -> None:
    own = [f"2013-{number + 2:02}" for number in range(WRITERS)]
    shared = "2013-01"
    pipes = [
        start("take turns", str(lake.warehouse), events, f"writer {number}", [shared, own[number]])[1]
        for number in range(WRITERS)
    ]
    assert [pipe.recv() for pipe in pipes] == ["ready"] * WRITERS
    for pipe in pipes:
        pipe.send("go")
    published: dict[str, dict[str, int]] = dict(pipe.recv() for pipe in pipes)

    for number in range(WRITERS):
        assert written(lake, events, own[number]) == [(f"writer {number}", n) for n in range(5)]
    survivor = written(lake, events, shared)
    assert survivor in [[(writer, n) for n in range(5)] for writer in published]
    assert lake.read(events.name).num_rows == 5 * (WRITERS + 1)
    # Each publish was visible for a moment, complete and alone.
    snapshots = [snapshot for of_writer in published.values() for snapshot in of_writer.values()]
    assert len(set(snapshots)) == 2 * WRITERS
    for writer, of_writer in published.items():
        for partition, snapshot in of_writer.items():
            assert written(lake, events, partition, snapshot) == [(writer, n) for n in range(5)]


def test_a_writer_killed_at_any_moment_leaves_the_partition_before_or_after_its_publish(
    start: Start, lake: Lake, events: TableSpec, rows: Callable[..., pa.Table]
) -> None:
    moments = random.Random(13)
    neighbour = rows("2013-02", "neighbour", 3)
    lake.publish_rows(events, month_window("2013-02", "happened"), neighbour, {})
    lake.publish_rows(events, month_window("2013-01", "happened"), rows("2013-01", "version 1", 1), {})
    visible, first_publish = 1, 0.0
    for turn in range(KILLS):
        process, pipe = start("go on", str(lake.warehouse), events, "2013-01", visible)
        assert pipe.recv() == visible
        began = time.perf_counter()
        if turn % 2 == 0:
            # In the middle of its second publish or so; every other writer dies in its first, which is slower.
            assert pipe.recv() == visible + 1
            visible += 1
            first_publish = time.perf_counter() - began
        time.sleep(moments.uniform(0, first_publish))
        process.kill()
        process.join()
        said = last_said(pipe, visible)

        now = written(lake, events, "2013-01")

        assert now in [[(f"version {version}", n) for n in range(version)] for version in (said, said + 1)]
        assert written(lake, events, "2013-02") == [("neighbour", n) for n in range(3)]
        visible = len(now)
    lake.publish_rows(events, month_window("2013-01", "happened"), rows("2013-01", "afterwards", 2), {})
    assert written(lake, events, "2013-01") == [("afterwards", 0), ("afterwards", 1)]


def written(lake: Lake, events: TableSpec, partition: str, snapshot: int | None = None) -> list[tuple[str, int]]:
    found = lake.read(events.name, month_window(partition, "happened"), snapshot_id=snapshot)
    return sorted(zip(found["writer"].to_pylist(), found["number"].to_pylist(), strict=True))


def last_said(pipe: Connection, version: int) -> int:
    # A killed writer's pipe ends; what it had said before counts.
    with contextlib.suppress(EOFError):
        while pipe.poll():
            version = pipe.recv()
    return version
