"""One piece of advice, and what it saves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from platform_assets.compute.utilisation.words import seconds_words

AdviceKind = Literal[
    "skewed",
    "spilling",
    "over_provisioned",
    "under_partitioned",
    "too_many_small_tasks",
    "losing_executors",
    "gc_bound",
    "memory_over_configured",
]


@dataclass(frozen=True)
class Advice:
    """What to change about a job.

    Attributes:
        stage_id, stage_attempt: the attempt of a stage that it is about; both None for the run.
        problem: what was found, with numbers.
        remedy: what to do, with numbers where the log gives them.
        saves_seconds: wall seconds that the run would be shorter, about; None if the log does not say.
        saves_core_seconds: seconds of cores that need not be paid for, about; None if the log does not say.
    """

    kind: AdviceKind
    stage_id: int | None
    stage_attempt: int | None
    problem: str
    remedy: str
    saves_seconds: float | None = None
    saves_core_seconds: float | None = None
    usd_per_core_hour: float | None = None

    @property
    def saves_usd(self) -> float | None:
        """US dollars a run; None if the saving or the price is not known."""
        if self.saves_core_seconds is None or self.usd_per_core_hour is None:
            return None
        return self.saves_core_seconds / 3600 * self.usd_per_core_hour

    @property
    def saving(self) -> str:
        """What it saves in words, empty if that is not known."""
        parts = []
        if self.saves_seconds is not None:
            parts.append(f"about {seconds_words(self.saves_seconds)}")
        if self.saves_usd is not None:
            parts.append(f"about {self.saves_usd:.2f} USD" if self.saves_usd >= 0.01 else "under 0.01 USD")
        elif self.saves_core_seconds is not None and self.saves_seconds is None:
            parts.append(f"about {seconds_words(self.saves_core_seconds)} of a core")
        return f"saves {' and '.join(parts)} a run" if parts else ""

    @property
    def message(self) -> str:
        """All of it in one sentence."""
        ending = f"; {self.saving}" if self.saving else ""
        return f"{self.problem}: {self.remedy}{ending}."
