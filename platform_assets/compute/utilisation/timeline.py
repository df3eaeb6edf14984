"""How many tasks ran at once over the time of a run, in a bounded number of equal steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

#: Steps at most; enough for a plot, and a step of an hour's run is some seconds.
MOST_STEPS = 512
#: Milliseconds of the finest step; each coarser one is twice as long.
FINEST_MS = 50


@dataclass(frozen=True)
class Timeline:
    """Work over time.

    Attributes:
        started_ms: milliseconds of the epoch at which the first step begins.
        step_ms: milliseconds of a step.
        busy_ms: by step, the milliseconds that tasks ran in it, summed over tasks; by executor.
    """

    started_ms: int
    step_ms: int
    busy_ms: dict[str, Sequence[int]]

    @cached_property
    def running(self) -> list[float]:
        """By step, how many tasks ran at once on all executors, on average over the step."""
        return [sum(step) / self.step_ms for step in zip_longest(*self.busy_ms.values(), fillvalue=0)]

    def running_between(self, start_ms: int, end_ms: int) -> float:
        """How many tasks ran at once between two times, on average over the steps that they touch."""
        first = max(start_ms - self.started_ms, 0) // self.step_ms
        last = max(end_ms - self.started_ms - 1, 0) // self.step_ms
        steps = self.running[first : last + 1]
        return sum(steps) / (last + 1 - first)


class TimelineBuilder:
    """Adds tasks in any order; the result depends on the tasks alone.

    Args:
        started_ms: milliseconds of the epoch at which the timeline begins; what is before counts from there.
    """

    def __init__(self, started_ms: int) -> None:
        self._started, self._step = started_ms, FINEST_MS
        self._busy: dict[str, list[int]] = {}

    def add(self, executor: str, start_ms: int, end_ms: int) -> None:
        """A task ran on an executor."""
        start, end = max(start_ms - self._started, 0), max(end_ms - self._started, 0)
        while end > MOST_STEPS * self._step:
            self._double()
        busy = self._busy.setdefault(executor, [])
        busy.extend([0] * (-(-end // self._step) - len(busy)))
        for step in range(start // self._step, -(-end // self._step)):
            opens = step * self._step
            busy[step] += min(end, opens + self._step) - max(start, opens)

    def build(self) -> Timeline:
        """What was added so far."""
        return Timeline(self._started, self._step, {name: tuple(busy) for name, busy in sorted(self._busy.items())})

    def _double(self) -> None:
        self._step *= 2
        for name, busy in self._busy.items():
            self._busy[name] = [first + second for first, second in zip_longest(busy[::2], busy[1::2], fillvalue=0)]
