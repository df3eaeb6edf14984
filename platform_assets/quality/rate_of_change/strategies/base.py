"""What every strategy is: a declaration that, given the history, says in which range the next number is expected."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from platform_assets.quality.declared import Declared
from platform_assets.quality.rate_of_change.series import Expected, Point, Unknown


class Strategy(Declared, ABC):
    """How the range of the next number follows from those before it."""

    @property
    @abstractmethod
    def needs(self) -> int:
        """Fewest earlier numbers from which a range follows at all."""

    @property
    def usual_history(self) -> int:
        """Fewest earlier numbers from which the range is worth something; what a rule asks for unless it says more."""
        return self.needs

    @abstractmethod
    def expected(self, history: Sequence[Point]) -> Expected | Unknown:
        """The range of the number that follows ``history`` (oldest first, at least ``needs`` numbers)."""


def ordered(name: str, low: float | None, high: float | None, names: tuple[str, str]) -> None:
    """Raise ValueError unless one bound at least is declared, and both are in order."""
    if low is None and high is None:
        raise ValueError(f"{name}: neither {names[0]} nor {names[1]} is set, so nothing would be found. Add one.")
    if low is not None and high is not None and low > high:
        raise ValueError(f"{name}: {names[0]} {low:g} is above {names[1]} {high:g}. Swap or correct them.")
