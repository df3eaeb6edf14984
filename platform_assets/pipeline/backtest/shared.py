"""What policies shared: how often each kind of work was asked for, and how often it was done."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Made = TypeVar("Made")


@dataclass
class Shared:
    """Results by kind and by what they depend on; what is asked for again is not done again."""

    asked: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    _made: dict[tuple[str, Hashable], Any] = field(default_factory=dict)

    def ask(self, kind: str) -> None:
        """Count that a policy needs a result; without sharing it would have been made for it alone."""
        self.asked[kind] = self.asked.get(kind, 0) + 1

    def once(self, kind: str, depends_on: Hashable, make: Callable[[], Made]) -> Made:
        """The result of the one time that it was made."""
        key = (kind, depends_on)
        if key not in self._made:
            self._made[key] = make()
            self.done[kind] = self.done.get(kind, 0) + 1
        result: Made = self._made[key]
        return result
