"""A part of an application's life: one application can serve many jobs one after the other, as local Spark does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Period:
    """From ``started`` to ``ended``, both with a zone."""

    started: datetime
    ended: datetime

    @property
    def started_ms(self) -> int:
        """Milliseconds of the epoch, as Spark counts."""
        return int(self.started.timestamp() * 1000)

    @property
    def ended_ms(self) -> int:
        """Milliseconds of the epoch; the one that has begun belongs to it."""
        return int(self.ended.timestamp() * 1000) + 1


def instant(milliseconds: int) -> datetime:
    """Milliseconds of the epoch as a time in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
