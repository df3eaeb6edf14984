"""What a rebuild found: each recorded fact beside what the new training gave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """One thing that was recorded, and what it is now; both as texts."""

    what: str
    recorded: str
    now: str
    same: bool


@dataclass(frozen=True)
class Reproduction:
    """A version trained again.

    Attributes:
        version: as in ``flight_delay@7``.
        code: how the code is the same, in words.
        libraries: the libraries, which are the same.
        snapshots: what was read, by table.
        comparisons: what was compared.
    """

    version: str
    code: str
    libraries: str
    snapshots: dict[str, int]
    comparisons: tuple[Comparison, ...]

    @property
    def same(self) -> bool:
        """Whether everything is what it was."""
        return all(comparison.same for comparison in self.comparisons)
