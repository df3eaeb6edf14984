"""The numbers of a profile that a rule can name: ``rows``, or ``column.metric``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from platform_assets.quality.profile import ColumnProfile, TableProfile

ROWS = "rows"
Argument = float | str | bool | None
_NUMBERS = ("int", "long", "double", "boolean", "date", "timestamp")
_NAMED_VALUES = ("string", "boolean")


@dataclass(frozen=True)
class Metric:
    """One number of a column's profile.

    Attributes:
        of: the number, None if the column has no values that it could rest on.
        types: column types that have it; empty: all.
        takes: what stands in its parentheses, if anything.
        counts: whether it counts rows or values, or is a share of them, and so never negative.
    """

    of: Callable[[ColumnProfile, Argument], float | None]
    types: tuple[str, ...] = ()
    takes: Literal["a share from 0 to 1", "a value"] | None = None
    counts: bool = False


@dataclass(frozen=True)
class Reference:
    """A metric of a column as an expression names it, with what stands in its parentheses."""

    column: str | None
    metric: str
    argument: Argument = None

    def value(self, profile: TableProfile) -> float | None:
        """The number in a profile; None if it lacks the column, or the column lacks values."""
        if self.column is None:
            return float(profile.rows)
        column = profile.columns.get(self.column)
        found = None if column is None else METRICS[self.metric].of(column, self.argument)
        return None if found is None else float(found)


def known_metrics() -> str:
    """All metrics as a person writes them, for messages."""
    examples = {"a share from 0 to 1": "0.5", "a value": "'text'"}
    names = [
        f"column.{name}({examples[metric.takes]})" if metric.takes else f"column.{name}"
        for name, metric in METRICS.items()
    ]
    return ", ".join([ROWS, *names])


def _number(value: float | str | None) -> float | None:
    return None if isinstance(value, str) else value


def _distinct_share(column: ColumnProfile, _: Argument) -> float | None:
    return column.distinct / column.values if column.values else None


def _quantile(column: ColumnProfile, share: Argument) -> float | None:
    return column.quantile(share) if isinstance(share, int | float) else None


def _share(column: ColumnProfile, value: Argument) -> float | None:
    """Rows with this value / rows that have any; None once there are too many values to count each of them."""
    if not column.values:
        return None
    if column.kind == "boolean":
        true = column.mean
        return None if true is None else true if value is True else 1.0 - true
    return column.text.as_dict().get(str(value), 0) / column.values if column.text.complete else None


METRICS: dict[str, Metric] = {
    "count": Metric(lambda column, _: column.values, counts=True),
    "nulls": Metric(lambda column, _: column.nulls, counts=True),
    "null_share": Metric(lambda column, _: column.null_share if column.count else None, counts=True),
    "missing_share": Metric(lambda column, _: column.missing_share if column.count else None, counts=True),
    "distinct": Metric(lambda column, _: column.distinct, counts=True),
    "distinct_share": Metric(_distinct_share, counts=True),
    "mean": Metric(lambda column, _: column.mean, _NUMBERS),
    "std": Metric(lambda column, _: column.std, _NUMBERS),
    "min": Metric(lambda column, _: _number(column.min), _NUMBERS),
    "max": Metric(lambda column, _: _number(column.max), _NUMBERS),
    "quantile": Metric(_quantile, _NUMBERS, "a share from 0 to 1"),
    "share": Metric(_share, _NAMED_VALUES, "a value", counts=True),
}
