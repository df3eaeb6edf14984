"""The join itself, in PySpark frames that every engine runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from platform_assets.learning.point_in_time.check import check
from platform_assets.learning.point_in_time.history import FeatureHistory

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_AT, _IS_EVENT, _ORDER, _EVENT = "__at", "__is_event", "__order", "__event"
_FROM, _ARRIVED = "__from", "__arrived"
_NOW = timedelta(0)


def point_in_time_join(
    events: DataFrame, histories: Sequence[FeatureHistory], *, event_time: str, lead: timedelta = _NOW
) -> DataFrame:
    """Every event, with the values of each history as they were known at the event's cutoff.

    The cutoff is the event's time less ``lead``. Of a history's rows of the same entity, those count whose event time
    and arrival are at or before the cutoff; of these the one with the latest event time is taken, then the one that
    arrived last (a correction replaces what it corrects), then the one with the largest values, so that the result
    does not depend on the order of rows. Where none counts, or the one taken is older than ``max_age``, the features
    are null.

    Args:
        events: what is to be predicted, such as labelled rows; repeated rows are kept apart.
        histories: feature sets, each with its own entity.
        event_time: column of the events with their moment; without one, an event finds nothing.
        lead: how long before its event a prediction is made.

    Returns:
        The columns of the events, then the features in the order of the histories; a row an event, in no order.

    Raises:
        TrainingError: a column is missing, a name would occur twice, or moments are of different kinds.
    """
    check(events, histories, event_time)
    for history in histories:
        events = _join(events, history, event_time, lead)
    return events


def _join(events: DataFrame, history: FeatureHistory, event_time: str, lead: timedelta) -> DataFrame:
    from pyspark.sql import functions as F

    names = events.columns
    known = _ordered(history)
    chosen = _newest_known(events, known, history, event_time, lead)
    entity = [f"__{name}" for name in history.entity]
    found = known.select(*entity, _ORDER, _FROM, *(F.col(f"__of_{name}") for name in history.features))
    joined = chosen.join(found, [*entity, _ORDER], "left")
    fresh = _fresh(history, F.col(f"{_EVENT}.{event_time}") - F.lit(lead))
    features = (F.when(fresh, F.col(f"__of_{name}")).alias(alias) for name, alias in history.features.items())
    return joined.select(*(F.col(f"{_EVENT}.{name}").alias(name) for name in names), *features)


def _ordered(history: FeatureHistory) -> DataFrame:
    """The usable rows under names of the join's own, numbered within their entity: the larger number is taken."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    entity = [F.col(column).alias(f"__{name}") for name, column in history.entity.items()]
    since, arrived = F.col(history.event_time), F.col(history.known_at or history.event_time)
    usable = F.lit(True)
    for column in [*history.entity.values(), *history.times]:
        usable = usable & F.col(column).isNotNull()
    values = [F.col(name).alias(f"__of_{name}") for name in history.features]
    rows = history.frame.where(usable).select(
        *entity,
        since.alias(_FROM),
        arrived.alias(_ARRIVED),
        F.greatest(since, arrived).alias(_AT),
        *values,
    )
    order = [F.col(_FROM), F.col(_ARRIVED), *(F.col(f"__of_{name}").asc_nulls_first() for name in history.features)]
    within = Window.partitionBy(*(f"__{name}" for name in history.entity)).orderBy(*order)
    return rows.withColumn(_ORDER, F.row_number().over(within))


def _newest_known(
    events: DataFrame, known: DataFrame, history: FeatureHistory, event_time: str, lead: timedelta
) -> DataFrame:
    """Entity, event and the largest number among the rows known by its cutoff: one pass over both in order of time."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    entity = [f"__{name}" for name in history.entity]
    asked = events.select(
        *(F.col(name).alias(f"__{name}") for name in history.entity),
        (F.col(event_time) - F.lit(lead)).alias(_AT),
        F.lit(1).alias(_IS_EVENT),
        F.lit(None).cast("int").alias(_ORDER),
        F.struct(*events.columns).alias(_EVENT),
    )
    answers = known.select(*entity, _AT, F.lit(0).alias(_IS_EVENT), _ORDER)
    until = (
        Window.partitionBy(*entity)
        .orderBy(F.col(_AT).asc_nulls_first(), _IS_EVENT)
        .rowsBetween(Window.unboundedPreceding, Window.currentRow)
    )
    both = asked.unionByName(answers, allowMissingColumns=True)
    return both.withColumn(_ORDER, F.max(_ORDER).over(until)).where(F.col(_IS_EVENT) == 1).drop(_AT, _IS_EVENT)


def _fresh(history: FeatureHistory, cutoff: Column) -> Column:
    from pyspark.sql import functions as F

    if history.max_age is None:
        return F.lit(True)
    return F.col(_FROM) >= cutoff - F.lit(history.max_age)
