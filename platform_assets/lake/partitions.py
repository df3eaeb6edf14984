"""Which rows of a table a partition means: a half-open window of time, or equal values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyiceberg.expressions import BooleanExpression

    from platform_assets.lake.schema import TableSpec

MONTH_FORMAT = "%Y-%m"


@dataclass(frozen=True)
class Window:
    """Rows whose ``column`` lies in ``[start, end)``, instants in UTC."""

    column: str
    start: datetime
    end: datetime

    def starting_earlier(self, days: float) -> Window:
        """The same window with ``days`` of history before it."""
        return Window(self.column, self.start - timedelta(days=days), self.end)

    def as_text(self) -> dict[str, str]:
        """The window as ISO texts, for a serialised job."""
        return {"column": self.column, "start": self.start.isoformat(), "end": self.end.isoformat()}

    def expression(self) -> BooleanExpression:
        """The window as an Iceberg filter."""
        from pyiceberg.expressions import And, GreaterThanOrEqual, LessThan

        return And(GreaterThanOrEqual(self.column, self.start.isoformat()), LessThan(self.column, self.end.isoformat()))


@dataclass(frozen=True)
class Values:
    """Rows whose columns equal the given values; no column at all means the whole table."""

    equal: tuple[tuple[str, str], ...] = ()

    def expression(self) -> BooleanExpression:
        """The equality as an Iceberg filter."""
        from pyiceberg.expressions import AlwaysTrue, And, EqualTo

        result: BooleanExpression = AlwaysTrue()
        for column, value in self.equal:
            result = And(result, EqualTo(column, value))
        return result


Scope = Window | Values
WHOLE_TABLE = Values()


def month_window(partition: str, column: str) -> Window:
    """The window of a monthly partition key ``YYYY-MM``, in UTC."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", partition):
        raise ValueError(f"'{partition}' is not a monthly partition; write year and month as in 2013-02.")
    start = datetime.strptime(partition, MONTH_FORMAT).replace(tzinfo=UTC)
    return Window(column, start, _first_of_next_month(start))


def scope_of(table: TableSpec, partition: str | None) -> Scope:
    """The rows of ``partition`` in ``table``: a month of its event time, equal values, or all rows if unpartitioned."""
    if partition is None or not table.partition_by:
        return WHOLE_TABLE
    column, transform = table.partition_by[0]
    return month_window(partition, column) if transform == "month" else Values(((column, partition),))


def _first_of_next_month(start: datetime) -> datetime:
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def window_from_text(text: dict[str, str]) -> Window:
    """The inverse of :meth:`Window.as_text`."""
    return Window(text["column"], datetime.fromisoformat(text["start"]), datetime.fromisoformat(text["end"]))
