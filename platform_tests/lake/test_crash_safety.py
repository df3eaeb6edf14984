"""Publishing processes are killed (SIGKILL) at random points: every table reads as before or as after, not in between.

A point is a moment, drawn evenly over the time of a publish, or a call of a function, drawn over the calls that a
publish makes in any of its threads; so points lie densely also where little time passes.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from publisher import Death, expected, publish, publish_once

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.orphans import delete_files, orphans
from platform_assets.lake.table_state import read_state

pytestmark = pytest.mark.slow

PARTITIONS = ("2013-01", "2013-02", "2013-03")
POINTS = {"local": 300, "s3": 60}
# Every so often the table is new, so that its creation is interrupted as well.
NEW_TABLE_EVERY = 8
NEVER = Death(1 << 60)

Start = Callable[..., tuple[BaseProcess, Connection]]


@dataclass
class Tables:
    """What must be visible: by table and partition, the number of the last version."""

    lake: Lake
    spec: TableSpec
    visible: dict[str, int] = field(default_factory=dict)
    done: list[TableSpec] = field(default_factory=list)

    def begin_another(self) -> None:
        self.spec = replace(self.spec, name=f"shop.events_{len(self.done)}")
        self.visible = {}
        self.done.append(self.spec)

    def read(self) -> dict[str, list[tuple[str, int]]]:
        rows = self.lake.read(self.spec.name).to_pylist() if self.lake.exists(self.spec.name) else []
        return {partition: of_partition(rows, partition) for partition in PARTITIONS}

    def kind(self, partition: str) -> str:
        if not any(self.visible.values()):
            return "first of a table"
        return "again" if self.visible.get(partition) else "first of a partition"

    def before(self, partition: str) -> list[tuple[str, int]]:
        return version(self.visible.get(partition, 0))


def of_partition(rows: list[dict[str, Any]], partition: str) -> list[tuple[str, int]]:
    window = month_window(partition, "happened")
    return sorted((row["writer"], row["number"]) for row in rows if window.start <= row["happened"] < window.end)


def version(number: int) -> list[tuple[str, int]]:
    return expected(f"version {number}", number)


def test_publishing_processes_killed_at_any_point_leave_every_partition_before_or_after(
    start: Start, racing_lake: Lake, events: TableSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, tables = random.Random(13), Tables(racing_lake, events)
    tables.begin_another()
    costs = measured(start, tables)
    began, states, turn = time.perf_counter(), Counter[str](), 0
    points = POINTS["local" if racing_lake.store.is_local else "s3"]
    while states["before"] + states["after"] < points:
        if turn % NEW_TABLE_EVERY == 0:
            tables.begin_another()
        partition = chance.choice(PARTITIONS)
        new = tables.visible.get(partition, 0) % 6 + 2
        died = published_or_killed(start, tables, partition, new, costs[tables.kind(partition)].draw(chance, turn))

        read = tables.read()
        now = read[partition]

        assert now in (tables.before(partition), version(new)), f"half of {partition} in turn {turn}"
        assert died or now == version(new)
        states[("after" if now == version(new) else "before") if died else "not killed in time"] += 1
        tables.visible[partition] = len(now)
        for other in PARTITIONS:
            assert read[other] == tables.before(other)
        turn += 1
    left = clean_up(tables)
    with capsys.disabled():
        print(
            f"\n{points} processes killed on {'disk' if racing_lake.store.is_local else 's3'} in "
            f"{time.perf_counter() - began:.0f} s ({states['not killed in time']} more had published by then): "
            f"{states['before']} left the table as before, {states['after']} as after, 0 in between; "
            f"{left} files left behind in {len(tables.done)} tables and cleaned up"
        )
    assert states["after"] > 0


@dataclass(frozen=True)
class Cost:
    """What a whole publish takes: seconds, calls of functions, which of them was the last commit, and commits."""

    seconds: float
    calls: int
    commit: int
    commits: int

    def draw(self, chance: random.Random, turn: int) -> tuple[float | None, Death | None]:
        """A point at which to die: after so many seconds, or at a call of all, shortly before the commit, or after.

        What follows the commit is counted from there, as the number of calls before it differs from run to run.
        """
        if turn % 2 == 0:
            return chance.uniform(0, self.seconds), None
        if turn % 4 == 1:
            return None, Death(chance.randint(1, self.calls))
        last = self.calls - self.commit
        if turn % 8 == 3:
            return None, Death(chance.randint(self.commit - 2 * last, self.commit))
        return None, Death(chance.randint(1, last), self.commits)


def published_or_killed(
    start: Start, tables: Tables, partition: str, new: int, dies: tuple[float | None, Death | None]
) -> bool:
    """Whether a process that publishes a version was killed before it was done."""
    after_seconds, at_call = dies
    process, pipe = start(publish_once, tables.lake, tables.spec, partition, new, at_call)
    assert pipe.recv() == "ready"
    if after_seconds is not None:
        time.sleep(after_seconds)
        process.kill()
    process.join(timeout=120)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def measured(start: Start, tables: Tables) -> dict[str, Cost]:
    """What each kind of publish takes."""
    costs = {}
    for dies in (NEVER, None):
        tables.begin_another()
        for partition in (PARTITIONS[0], PARTITIONS[1], PARTITIONS[0]):
            kind = tables.kind(partition)
            process, pipe = start(publish_once, tables.lake, tables.spec, partition, 2, dies)
            assert pipe.recv() == "ready"
            began = time.perf_counter()
            counted = pipe.recv()
            seconds = time.perf_counter() - began
            process.join()
            tables.visible[partition] = 2
            costs[kind] = replace(costs[kind], seconds=seconds) if kind in costs else Cost(seconds, *counted)
    return costs


def clean_up(tables: Tables) -> int:
    """Delete what no snapshot refers to; every snapshot of every table still reads whole. Returns files deleted."""
    lake, deleted = tables.lake, 0
    for spec in tables.done:
        if not lake.exists(spec.name):
            continue
        state = read_state(lake, spec.name)
        left = orphans(state.stored, state.reachable, datetime.now(UTC) + timedelta(minutes=1))
        delete_files(lake, left)
        deleted += len(left)
        # What is left is what the versions refer to, and nothing staged beside it.
        assert {
            file.location for file in lake.store.list(lake.store.location(*spec.name.split(".")))
        } <= state.reachable
        for entry in lake.iceberg(spec.name).history():
            whole(lake, spec, entry.snapshot_id)
        publish(lake, spec, PARTITIONS[0], "version 9", 9)
        assert tables.lake.read(spec.name, month_window(PARTITIONS[0], "happened")).num_rows == 9
    return deleted


def whole(lake: Lake, spec: TableSpec, snapshot: int) -> None:
    rows = lake.read(spec.name, snapshot_id=snapshot).to_pylist()
    for partition in PARTITIONS:
        found = of_partition(rows, partition)
        assert found == version(len(found))
