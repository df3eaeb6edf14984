"""What turns of a benchmark spend, on the clock and of the processors."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """Seconds of one turn: on the clock, and of the processors."""

    wall: float
    cpu: float


@contextmanager
def timed(spent: list[Spent]) -> Iterator[None]:
    """Append what the block spends."""
    started, cpu = time.perf_counter(), time.process_time()
    yield
    spent.append(Spent(time.perf_counter() - started, time.process_time() - cpu))


def print_floor(what: str, ours: list[Spent], theirs: list[Spent], goal: float) -> None:
    """Medians of seconds and of CPU seconds, their ratios and the goal."""
    wall, floor_wall = (statistics.median(turn.wall for turn in side) for side in (ours, theirs))
    cpu, floor_cpu = (statistics.median(turn.cpu for turn in side) for side in (ours, theirs))
    print(
        f"{what:20} {wall:8.4f} s against {floor_wall:8.4f} s: ratio {wall / floor_wall:.2f}; of the processors "
        f"{cpu:8.4f} s against {floor_cpu:8.4f} s: ratio {cpu / floor_cpu:.2f} (goal {goal:g} or less)"
    )
