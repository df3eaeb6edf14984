"""Which rows of an input belong to one row of a feature set, as a declaration writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

_REFERENCE = re.compile(
    r"(?:(?P<dataset>\w+)\.)?(?P<column>\w+)(?:\s*(?P<shift>[+-]\s*\d{1,6})\s*(?P<unit>minute|hour|day)s?)?"
)


@dataclass(frozen=True)
class Reference:
    """A value of the feature row, or of a row of ``dataset`` that was matched before; a time may be shifted."""

    dataset: str | None
    column: str
    shift: timedelta | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """What ``column``, ``dataset.column`` or ``column - 2 hours`` stands for; raises ValueError for other texts."""
        match = _REFERENCE.fullmatch(text.strip())
        if match is None:
            raise ValueError(
                f"matched_on: '{text}' names no value. Write a column of the feature row, dataset.column, or a shifted "
                "time such as time_hour - 2 hours."
            )
        amount = match["shift"]
        shift = timedelta(**{f"{match['unit']}s": int(amount.replace(" ", ""))}) if amount else None
        return cls(match["dataset"], match["column"], shift)

    def value(self, row: Mapping[str, Any], matched: Mapping[str, Mapping[str, Any] | None]) -> Any:
        """The value that is referred to; None if it is missing, or no row of the dataset was matched.

        Args:
            row: the feature row.
            matched: the row that was matched of each input before, by dataset.
        """
        source = row if self.dataset is None else matched.get(self.dataset) or {}
        value = source.get(self.column)
        return value + self.shift if self.shift is not None and value is not None else value
