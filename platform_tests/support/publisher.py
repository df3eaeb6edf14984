"""Tasks of processes that publish beside each other, and are killed at any moment; they answer on a pipe.

A version of a partition is as many rows as its number, in two files: half of it would show.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

import pyarrow as pa
from sqlalchemy.engine import Transaction

from platform_assets.lake import Lake, TableSpec, month_window

# Imported once by the process that the publishers are forked from.
PRELOAD = ["platform_assets.lake.lake", "pyiceberg.catalog.sql", "pyiceberg.io.pyarrow", "pyarrow.fs", "publisher"]


@dataclass(frozen=True)
class Death:
    """A call of a function at which a process dies, whichever thread makes it.

    Attributes:
        at_call: number of the call, from 1.
        after_commits: commits of the catalog that are over before calls are counted.
    """

    at_call: int
    after_commits: int = 0


def expected(writer: str, version: int) -> list[tuple[str, int]]:
    """The rows of a version."""
    return [(writer, number) for number in range(version)]


def publish(lake: Lake, spec: TableSpec, partition: str, writer: str, version: int) -> int:
    """Publish a version of a partition; returns the snapshot."""
    window = month_window(partition, "happened")
    rows = pa.table(
        {
            "happened": pa.array([window.start] * version, pa.timestamp("us", tz="UTC")),
            "writer": [writer] * version,
            "number": pa.array(range(version), pa.int64()),
        }
    )
    half = version // 2
    files = [lake.stage_rows(spec, part) for part in (rows.slice(0, half), rows.slice(half)) if part.num_rows]
    return lake.publish(spec, window, files, {"writer": writer}).snapshot_id


def take_turns(pipe: Connection, lake: Lake, spec: TableSpec, writer: str, partitions: list[str]) -> None:
    """Publish each partition once, in a random order, as soon as told to start; ends with (writer, snapshots)."""
    pipe.send("ready")
    pipe.recv()
    order = random.sample(partitions, len(partitions))
    pipe.send((writer, {name: publish(lake, spec, name, writer, 5) for name in order}))


def publish_once(
    pipe: Connection, lake: Lake, spec: TableSpec, partition: str, version: int, dies: Death | None = None
) -> None:
    """Say "ready", publish one version, and say what `counted_calls` counted; killed by SIGKILL where told to die."""
    pipe.send("ready")
    with counted_calls(dies) as calls:
        publish(lake, spec, partition, f"version {version}", version)
    pipe.send(calls())


@contextlib.contextmanager
def counted_calls(dies: Death | None) -> Iterator[Callable[[], tuple[int, int, int]]]:
    """Count calls of functions, of Python and of C, in all threads; die at the given one. Without it count nothing.

    Yields a function that gives the number of calls, which of them was the catalog's last commit, and how many commits
    there were.
    """
    if dies is None:
        yield lambda: (0, 0, 0)
        return
    count = commit = commits = since = 0

    def notice(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count, commit, commits, since
        if event not in ("call", "c_call"):
            return
        count += 1
        since += commits >= dies.after_commits
        if since == dies.at_call:
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "call" and frame.f_code is Transaction.commit.__code__:
            commit, commits = count, commits + 1

    threading.setprofile(notice)
    sys.setprofile(notice)
    try:
        yield lambda: (count, commit, commits)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
