"""One request at a time to a host, with a pause after each, for all threads and processes of a machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from platform_assets.sources.clock import Clock


class Turn:
    """The right to send requests to one host; whoever else wants to waits until it is given back."""

    def __init__(self, notes: int, pause: float, clock: Clock) -> None:
        self._notes, self._pause, self._clock = notes, pause, clock

    @contextlib.contextmanager
    def request(self, wait: float = 0.0) -> Iterator[None]:
        """Around one request: begins ``wait`` seconds from now, and not before the pause after the last one is over."""
        remaining = max(wait, self._rest_of_the_pause())
        if remaining > 0:
            self._clock.sleep(remaining)
        try:
            yield
        finally:
            # In one write of fixed length, so that whoever is killed here leaves a number behind.
            os.pwrite(self._notes, b"%020.6f" % self._clock.now(), 0)

    def _rest_of_the_pause(self) -> float:
        last = os.pread(self._notes, 20, 0)
        # Never more than the pause itself, whatever happened to the machine's clock.
        return min(self._pause, float(last) + self._pause - self._clock.now()) if last else 0.0


@contextlib.contextmanager
def host_turn(folder: Path, host: str, pause: float, clock: Clock) -> Iterator[Turn]:
    """Wait for the turn at ``host`` and hold it.

    Args:
        folder: where a file per host is locked; it also holds the time of the last request. The operating system
            gives the lock back when a process ends, however it ends.
        pause: seconds between the end of a request and the beginning of the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = os.open(folder / f"{host}.turn", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(notes, fcntl.LOCK_EX)
        yield Turn(notes, pause, clock)
    finally:
        os.close(notes)
