"""CPU seconds of this process and of the programs that it runs, such as the JVM of a local Spark."""

from __future__ import annotations

import os
from pathlib import Path

# Fields of /proc/PID/stat after the program's name: user and system time, of itself and of children that have ended.
_TIMES = slice(11, 15)


def cpu_seconds() -> float:
    """User and system seconds so far, of this process, of children that ended and, on Linux, of those that run."""
    spent = os.times()
    running = sum(_of_tree(child) for child in _children("self"))
    return spent.user + spent.system + spent.children_user + spent.children_system + running


def _of_tree(process: str) -> float:
    try:
        stat = Path("/proc", process, "stat").read_text()
    except OSError:
        # It ended in between: its time is among those of children from now on.
        return 0.0
    ticks = sum(map(int, stat.rpartition(")")[2].split()[_TIMES]))
    return ticks / os.sysconf("SC_CLK_TCK") + sum(_of_tree(child) for child in _children(process))


def _children(process: str) -> list[str]:
    """Processes that a process started; none where the system does not tell."""
    found: list[str] = []
    for task in Path("/proc", process, "task").glob("*/children"):
        try:
            found += task.read_text().split()
        except OSError:
            continue
    return found
