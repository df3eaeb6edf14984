"""The two distributions of a column cut into the few bars that a person can look at."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from platform_assets.quality.drift.wording import number
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.keys import Floats
from platform_assets.quality.profile.rows import iso_time

INTERVALS = 36
CATEGORIES = 12
_FEW_VALUES = 16
_TAIL = 0.005
REST = "all others"
EMPTY = "(empty)"


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares of rows per bar, from 0 to 1; `edges` (one more than bars, as are the labels) only for `interval` bars.

    A `value` bar is one number, day or truth value, in their order; `category` bars are texts, most frequent first.
    `dates` says that the edges are times, whose round numbers nobody would call round.
    """

    form: Literal["interval", "value", "category"]
    labels: list[str]
    reference: Floats
    current: Floats
    edges: Floats | None = None
    note: str = ""
    dates: bool = False


def bars_of(reference: ColumnProfile | None, current: ColumnProfile) -> Bars | None:
    """Bars for a column, the reference's all zero if there is none; None if neither window has a value to show."""
    before = reference if reference and reference.kind == current.kind else ColumnProfile(current.kind, 0)
    if not (before.values or current.values) or current.kind == "other":
        return None
    if current.kind == "text":
        return _text_bars(before, current)
    if current.kind == "boolean":
        return _value_bars(before, current, np.array([0.0, 1.0]), ["false", "true"])
    values = np.union1d(before.bins()[0], current.bins()[0])
    if before.ordered.exact and current.ordered.exact and len(values) <= _FEW_VALUES:
        return _value_bars(before, current, values, [axis_label(current, value) for value in values.tolist()])
    return _interval_bars(before, current, values)


def axis_label(column: ColumnProfile, value: float) -> str:
    """A value as text for an axis: a date for times, else a short number."""
    return iso_time(value)[:10] if column.kind == "timestamp" else number(value)


def _text_bars(before: ColumnProfile, current: ColumnProfile) -> Bars:
    left, right = before.text.as_dict(), current.text.as_dict()
    left_rows, right_rows = max(before.values, 1), max(current.values, 1)
    mean = {v: left.get(v, 0) / left_rows + right.get(v, 0) / right_rows for v in left.keys() | right.keys()}
    shown = sorted(mean, key=lambda value: (-mean[value], value))[:CATEGORIES]
    rows = np.array([[left.get(v, 0) / left_rows, right.get(v, 0) / right_rows] for v in shown]).reshape(-1, 2)
    sampled = not (before.text.complete and current.text.complete)
    note = "Too many values to keep them all: a sample of them is shown." if sampled else ""
    rest = np.array([bool(before.values), bool(current.values)]) - rows.sum(axis=0)
    if len(mean) > len(shown) or sampled:
        rows, shown = np.vstack([rows, np.maximum(rest, 0.0)]), [*shown, REST]
    return Bars("category", shown, rows[:, 0], rows[:, 1], note=note)


def _value_bars(before: ColumnProfile, current: ColumnProfile, values: Floats, labels: list[str]) -> Bars:
    return Bars("value", labels, _shares_at(before, values), _shares_at(current, values))


def _shares_at(column: ColumnProfile, values: Floats) -> Floats:
    lower, _, rows = column.bins()
    shares = np.zeros(len(values))
    shares[np.searchsorted(values, lower)] = rows / max(column.values, 1)
    return shares


def _interval_bars(before: ColumnProfile, current: ColumnProfile, values: Floats) -> Bars:
    filled = [column for column in (before, current) if column.values]
    low = min(column.quantile(_TAIL) or 0.0 for column in filled)
    high = max(column.quantile(1.0 - _TAIL) or 0.0 for column in filled)
    whole = bool((values == np.rint(values)).all())
    edges = _nice_edges(low, high, whole)
    cut = (current.min, current.max, before.min, before.max)
    outside = any(isinstance(v, float) and not edges[0] <= v <= edges[-1] for v in cut)
    note = "Rows beyond the ends of the axis are counted in the outermost bars." if outside else ""
    labels = [axis_label(current, np.ceil(edge) if whole else edge) for edge in edges.tolist()]
    return Bars(
        "interval",
        labels,
        _shares_between(before, edges),
        _shares_between(current, edges),
        edges,
        note,
        current.kind == "timestamp",
    )


def _nice_edges(low: float, high: float, whole: bool) -> Floats:
    """Equal intervals; for whole numbers their width is whole too, else the bars show a comb that is not there."""
    if whole and high - low < 1e15:
        width = max(np.ceil((high - low + 1.0) / INTERVALS), 1.0)
        return np.asarray(np.arange(low - 0.5, high + width, width))
    return np.linspace(low, high if high > low else low + 1.0, INTERVALS + 1)


def _shares_between(column: ColumnProfile, edges: Floats) -> Floats:
    if not column.values:
        return np.zeros(len(edges) - 1)
    # Within a bin of nearly the smallest numbers there are, a share of its width is beyond the largest: simply all.
    with np.errstate(over="ignore"):
        cumulated = column.cdf(edges)
    cumulated[0], cumulated[-1] = 0.0, 1.0
    return np.diff(cumulated)
