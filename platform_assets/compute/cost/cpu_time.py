"""CPU seconds of this process and of the programs that it runs, such as the JVM of a local Spark."""

from __future__ import annotations

import os
import time

# Fields of /proc/PID/stat after the program's name: user and system time, of itself and of children that have ended.
_TIMES = slice(11, 15)
_MOST = 1 << 16


def cpu_seconds() -> float:
    """User and system seconds so far, of this process, of children that ended and, on Linux, of those that run."""
    children = os.times()
    running = sum(_of_tree(child) for child in _children("self"))
    return time.process_time() + children.children_user + children.children_system + running


def _of_tree(process: str) -> float:
    stat = _read(f"/proc/{process}/stat")
    if not stat:
        # It ended in between: its time is among those of children from now on.
        return 0.0
    ticks = sum(map(int, stat.rpartition(b")")[2].split()[_TIMES]))
    return ticks / os.sysconf("SC_CLK_TCK") + sum(_of_tree(child) for child in _children(process))


def _children(process: str) -> list[str]:
    """Processes that a process started; none where the system does not tell."""
    tasks = f"/proc/{process}/task"
    try:
        threads = os.listdir(tasks)
    except OSError:
        return []
    return [child.decode() for thread in threads for child in _read(f"{tasks}/{thread}/children").split()]


def _read(file: str) -> bytes:
    """A small file of the kernel's; nothing if its process has ended. Bare calls: a step reads one for each thread."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _MOST)
    except ProcessLookupError:
        return b""
    finally:
        os.close(descriptor)
