"""Run as a process of its own by the tests of concurrent and killed writers; says on a pipe what it published."""

import random
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa

from platform_assets.lake import Lake, TableSpec, month_window


def publish(lake: Lake, spec: TableSpec, partition: str, writer: str, count: int) -> int:
    """Publish ``count`` rows of ``writer`` as the partition; returns the snapshot."""
    window = month_window(partition, "happened")
    rows = pa.table(
        {
            "happened": pa.array([window.start] * count, pa.timestamp("us", tz="UTC")),
            "writer": [writer] * count,
            "number": pa.array(range(count), pa.int64()),
        }
    )
    return lake.publish_rows(spec, window, rows, {"writer": writer}).snapshot_id


def take_turns(pipe: Connection, warehouse: str, spec: TableSpec, writer: str, partitions: list[str]) -> None:
    """Publish each partition once, in a random order, as soon as told to start; ends with (writer, snapshots)."""
    lake = Lake(Path(warehouse))
    pipe.send("ready")
    pipe.recv()
    order = random.sample(partitions, len(partitions))
    pipe.send((writer, {name: publish(lake, spec, name, writer, 5) for name in order}))


def go_on_until_killed(pipe: Connection, warehouse: str, spec: TableSpec, partition: str, version: int) -> None:
    """Publish version after version, each with as many rows as its number; says each version once it is published."""
    lake = Lake(Path(warehouse))
    while True:
        pipe.send(version)
        version += 1
        publish(lake, spec, partition, f"version {version}", version)


def main(task: str, *arguments: Any) -> None:
    """Do one of the tasks."""
    {"take turns": take_turns, "go on": go_on_until_killed}[task](*arguments)


if __name__ == "__main__":
    main(*ARGUMENTS)  # type: ignore[name-defined]  # noqa: F821  given by the test
