"""Bytes in words."""

from __future__ import annotations

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def size(count: float) -> str:
    """Bytes as people read them, as in 1.5 MiB."""
    step = 0
    while count >= 1024 and step < len(UNITS) - 1:
        count, step = count / 1024, step + 1
    return f"{count:.{min(step, 1)}f} {UNITS[step]}"
