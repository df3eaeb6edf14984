"""Answers that never change, kept for the next time they are asked for, up to a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


class Known:
    """The answers used last; many threads may ask at once.

    Args:
        most: size of all answers together; what was not used for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, find: Callable[[], _Answer], size: Callable[[_Answer], int]) -> _Answer:
        """The answer for ``key``; ``find`` is asked, outside of the lock, if it is not known."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                known: _Answer = self._answers[key][0]
                return known
        answer = find()
        self.keep(key, answer, size(answer))
        return answer

    def keep(self, key: Hashable, answer: object, size: int) -> None:
        """Know the answer for ``key`` from now on; one that is larger than the bound is not kept."""
        with self._lock:
            self._size += size - self._answers.pop(key, (None, 0))[1]
            self._answers[key] = answer, size
            while self._size > self._most:
                self._size -= self._answers.popitem(last=False)[1][1]

    def forget(self) -> None:
        """Know nothing, as a process that has just started."""
        with self._lock:
            self._answers.clear()
            self._size = 0
