"""Memory of this machine and of this process, as Linux tells it; None elsewhere."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
# The limit of a container, by version of the kernel's control groups; "max" and a huge number mean none.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@functools.cache
def machine_memory() -> int | None:
    """Bytes of memory that this process may use: the machine's, or the limit of its container."""
    try:
        found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (ValueError, OSError):
        return None
    for file in _LIMITS:
        with contextlib.suppress(OSError, ValueError):
            found.append(int(file.read_text()))
    return min(found)


def forget_peak() -> int | None:
    """Begin a new measurement of :func:`peak_memory`.

    Returns:
        the bytes of memory that the process holds now; None if the system does not let it be measured.
    """
    try:
        # 5: the kernel sets the peak back to what the process holds now (man 5 proc).
        _CLEAR.write_text("5")
    except OSError:
        return None
    return _status("VmRSS")


def peak_memory() -> int | None:
    """Most bytes that this process has held in memory since :func:`forget_peak`."""
    return _status("VmHWM")


def _status(field: str) -> int | None:
    try:
        found = re.search(rf"^{field}:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
