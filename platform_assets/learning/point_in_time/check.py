"""What must hold of frames before they are joined; wrong ones are refused by name rather than joined to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from platform_assets.learning.errors import TrainingError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from platform_assets.learning.point_in_time.history import FeatureHistory

EVENTS = "the events"


def check(events: DataFrame, histories: Sequence[FeatureHistory], event_time: str) -> None:
    """Raise `TrainingError` for missing columns, names used twice, and moments of different kinds."""
    taken = list(events.columns)
    _require(events, [event_time], EVENTS)
    for number, history in enumerate(histories, start=1):
        what = f"feature history {number} ({', '.join(history.features)})"
        _require(history.frame, history.columns, what)
        _require(events, history.entity, EVENTS)
        for column in history.times:
            _require_same_kind(events, event_time, history.frame, column, what)
        _refuse_taken(history.features.values(), taken, what)
        taken += history.features.values()


def _require(frame: DataFrame, names: Iterable[str], what: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise TrainingError(
            f"{what}: there is no column {', '.join(missing)}, but {', '.join(frame.columns)}. Name one of these."
        )


def _require_same_kind(events: DataFrame, event_time: str, frame: DataFrame, column: str, what: str) -> None:
    """Both instants or both wall times: comparing one with the other would depend on the session's time zone."""
    ours, theirs = (source.schema[name].dataType.typeName() for source, name in ((events, event_time), (frame, column)))
    for kind, whose in ((ours, f"{EVENTS}, column {event_time}"), (theirs, f"{what}, column {column}")):
        if kind not in ("timestamp", "timestamp_ntz"):
            raise TrainingError(f"{whose}: it is of type {kind}, but a moment must be a timestamp. Cast it to one.")
    if ours != theirs:
        raise TrainingError(
            f"{what}: {column} is of type {theirs}, but {event_time} of {EVENTS} is of type {ours}. An instant and a "
            "time without zone cannot be compared: give the latter its zone with to_utc_timestamp and a cast."
        )


def _refuse_taken(names: Iterable[str], taken: Sequence[str], what: str) -> None:
    twice = [name for name in names if name in taken]
    if twice:
        raise TrainingError(
            f"{what}: the result already has a column {', '.join(twice)}. Give the feature another name in 'features'."
        )
