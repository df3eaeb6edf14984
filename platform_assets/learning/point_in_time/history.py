"""What is joined: the values that features of an entity took over time, and when each became known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class FeatureHistory:
    """A feature set over time, one row for each moment at which an entity's values changed.

    Attributes:
        frame: the rows; any order, any number an entity.
        entity: column of the events to column of the frame; together they say whose values these are. Rows that lack
            one belong to nobody.
        features: column of the frame to its name in the result.
        event_time: column with the moment from which on the values hold. Rows that lack it are never found.
        known_at: column with the moment at which the row arrived, if it may arrive later than its event time. Rows
            that lack it are never found.
        max_age: how old values may be at the cutoff; older ones count as missing. No limit by default.
    """

    frame: DataFrame
    entity: Mapping[str, str]
    features: Mapping[str, str]
    event_time: str
    known_at: str | None = None
    max_age: timedelta | None = None

    @property
    def times(self) -> list[str]:
        """Columns that hold moments."""
        return [self.event_time, *([self.known_at] if self.known_at else [])]

    @property
    def columns(self) -> list[str]:
        """Every column of the frame that is read."""
        return list(dict.fromkeys([*self.entity.values(), *self.features, *self.times]))
