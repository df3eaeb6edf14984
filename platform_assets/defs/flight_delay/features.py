"""Features and labels of the product `flight_delay`, as functions of PySpark DataFrames.

They know columns only, so the same code runs on every engine. Every value in a feature row was known two hours before
that flight's scheduled departure: its cutoff.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

KEYS = ("time_hour", "carrier", "flight", "origin")
LATE_MINUTES = 15

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY
_CUTOFF_BEFORE_DEPARTURE = 2 * _HOUR
_MINUTES_OF_A_DAY = 24 * 60

_INSTANTS = ("scheduled", "cutoff", "departed", "arrived")
_SCHEDULE = ("dest", "hour", "minute", "weekday", "distance")
_INBOUND = (
    "inbound_departure_delay",
    "inbound_arrival_delay",
    "inbound_hours_since_outcome",
    "inbound_spare_minutes",
)
_RECENT = (
    "origin_departure_delay_1h",
    "origin_late_departure_rate_3h",
    "origin_arrival_delay_3h",
    "origin_overdue_3h",
    "carrier_origin_late_rate_7d",
    "dest_arrival_delay_6h",
    "dest_arrival_delay_24h",
    "dest_late_rate_7d",
    "flight_arrival_delay_7d",
)
_PLANE = ("seats", "plane_age")
_WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")


def flight_labels(flights: DataFrame) -> DataFrame:
    """One row a flight: its keys and `late`, 1 if it arrived more than 15 minutes late, else 0.

    Cancelled and diverted flights have no arrival delay, so their label is null.
    """
    return flights.select(*KEYS, (F.col("arr_delay") > LATE_MINUTES).cast("int").alias("late"))


def flight_features(flights: DataFrame, weather: DataFrame, planes: DataFrame, airports: DataFrame) -> DataFrame:
    """One row a flight: its keys and what was known two hours before its scheduled departure.

    `flights` holds the flights asked for and those of the ten days before them: a week of outcomes, and up to two and
    a half days until the slowest outcome is known. With less history, means rest on fewer flights or are null. The
    keys of `weather` (origin, time_hour), `planes` (tailnum) and `airports` (faa) must be unique. A flight's schedule,
    and with it the aircraft assigned (`tailnum`), counts as known beforehand.
    """
    timed = _with_instants(flights, airports)
    recent = _with_recent_outcomes(_with_inbound_aircraft(timed))
    complete = _with_plane(_with_weather(recent, weather), planes)
    return complete.select(*KEYS, *_SCHEDULE, *_INBOUND, *_RECENT, *_PLANE, *_WEATHER)


def _with_instants(flights: DataFrame, airports: DataFrame) -> DataFrame:
    """Add, in epoch seconds, the scheduled departure, the cutoff, and when departure and arrival became known."""
    zones = airports.select(F.col("faa").alias("dest"), "tzone")
    return (
        flights.join(zones, "dest", "left")
        .withColumn("weekday", F.dayofweek(_local_date()))
        .withColumn("scheduled", F.unix_timestamp("time_hour") + F.col("minute") * _MINUTE)
        .withColumn("cutoff", F.col("scheduled") - _CUTOFF_BEFORE_DEPARTURE)
        .withColumn("departed", F.col("scheduled") + _seconds("dep_delay"))
        .withColumn("landed", F.col("departed") + _seconds("air_time"))
        .withColumn("arrived", F.when(F.col("arr_delay").isNotNull(), _arrived()))
        .select(*KEYS, *_SCHEDULE, "year", "tailnum", "dep_delay", "arr_delay", *_INSTANTS)
    )


def _local_date() -> Column:
    """Local day of departure; null for a day that no calendar has, at which `make_date` would break the job."""
    return F.expr("try_cast(format_string('%04d-%02d-%02d', year, month, day) as date)")


def _seconds(minutes: str) -> Column:
    """A column of minutes in seconds, as a long: any int times 60 fits."""
    return F.col(minutes).cast("long") * _MINUTE


def _arrived() -> Column:
    """Epoch seconds of the first moment, from `landed` on, at which the destination's clock shows `arr_time`.

    `landed` is departure plus time in the air, so taxiing makes the arrival later. Counting forward from it keeps the
    hour unambiguous that clocks show twice a year. Where the outcome does not show `arr_time` (the time zone is
    unknown, as four Atlantic airports are missing from `airports`, or the clocks changed on the way to the gate), a
    day after `landed` is safe: late enough for any taxiing, hence never before the arrival was known.
    """
    hhmm = F.col("arr_time")
    shown = F.pmod(F.floor(hhmm / 100) * 60 + hhmm % 100, F.lit(_MINUTES_OF_A_DAY))
    taxiing = F.pmod(shown - _local_minute(F.col("landed")), F.lit(_MINUTES_OF_A_DAY))
    arrived = F.col("landed") + taxiing * _MINUTE
    return F.when(_local_minute(arrived) == shown, arrived).otherwise(F.col("landed") + _DAY)


def _local_minute(instant: Column) -> Column:
    """Minute of the day at the destination; null if its time zone is unknown."""
    local = F.from_utc_timestamp(F.timestamp_seconds(instant), F.col("tzone"))
    return F.hour(local) * 60 + F.minute(local)


def _with_inbound_aircraft(timed: DataFrame) -> DataFrame:
    """Add how far the aircraft's previous flight in the schedule had come by the cutoff.

    Null if the aircraft is unknown or had no flight in the week before. A flight still at the gate counts as leaving
    at the cutoff at the earliest, so its delay is what had built up by then.
    """
    by_aircraft = Window.partitionBy("tailnum").orderBy("scheduled", "carrier", "flight", "origin")
    needed = ("scheduled", "departed", "arrived", "arr_delay", "distance")
    previous = {f"previous_{name}": F.lag(name).over(by_aircraft) for name in needed}
    paired = timed.select("*", *[value.alias(name) for name, value in previous.items()])
    within_a_week = F.col("scheduled") - F.col("previous_scheduled") <= _WEEK
    follows = F.col("tailnum").isNotNull() & within_a_week
    inbound = [F.when(follows, value).alias(name) for name, value in _inbound_outcomes().items()]
    return paired.select("*", *inbound).drop(*previous)


def _inbound_outcomes() -> dict[str, Column]:
    """What was known at `cutoff` of the flight in the `previous_` columns."""
    cutoff, scheduled, due = F.col("cutoff"), F.col("scheduled"), F.col("previous_scheduled")
    has_left = F.col("previous_departed") <= cutoff
    has_arrived = F.col("previous_arrived") <= cutoff
    left = F.when(has_left, F.col("previous_departed")).otherwise(F.greatest(cutoff, due))
    last_news = F.when(has_arrived, F.col("previous_arrived")).when(has_left, left)
    there_and_back = 2 * _gate_to_gate(F.col("previous_distance"))
    return {
        "inbound_departure_delay": (left - due) / _MINUTE,
        "inbound_arrival_delay": F.when(has_arrived, F.col("previous_arr_delay")),
        "inbound_hours_since_outcome": (cutoff - last_news) / _HOUR,
        "inbound_spare_minutes": (scheduled - left) / _MINUTE - there_and_back,
    }


def _gate_to_gate(miles: Column) -> Column:
    """Minutes a flight usually takes: 8 miles a minute, and 40 minutes for taxiing, climb and approach."""
    return miles / 8 + 40


def _with_recent_outcomes(flights: DataFrame) -> DataFrame:
    """Add means over the outcomes that became known in the hours or days up to the cutoff.

    A flight enters one timeline up to three times: as a query at its cutoff, as a departure and as an arrival when
    these became known. A window of time that ends at the query then holds nothing that became known later. Delays are
    whole minutes, so a mean does not depend on the order in which an engine adds them up.
    """
    moments = {"query": "cutoff", "departure": "departed", "arrival": "arrived"}
    events = F.array(*[F.struct(F.lit(kind).alias("kind"), F.col(at).alias("at")) for kind, at in moments.items()])
    timeline = flights.select("*", F.inline(events)).where(F.col("at").isNotNull())
    means = [value.alias(name) for name, value in _recent_outcomes().items()]
    return timeline.select("*", *means).where(F.col("kind") == "query").drop("kind", "at")


def _recent_outcomes() -> dict[str, Column]:
    departure_delay = F.when(F.col("kind") == "departure", F.col("dep_delay"))
    arrival_delay = F.when(F.col("kind") == "arrival", F.col("arr_delay"))
    late_departure = (departure_delay > LATE_MINUTES).cast("int")
    late_arrival = (arrival_delay > LATE_MINUTES).cast("int")
    return {
        "origin_departure_delay_1h": _mean(departure_delay, _HOUR, "origin"),
        "origin_late_departure_rate_3h": _mean(late_departure, 3 * _HOUR, "origin"),
        "origin_arrival_delay_3h": _mean(arrival_delay, 3 * _HOUR, "origin"),
        "origin_overdue_3h": _overdue(departure_delay, 3 * _HOUR, "origin"),
        "carrier_origin_late_rate_7d": _mean(late_arrival, _WEEK, "carrier", "origin"),
        "dest_arrival_delay_6h": _mean(arrival_delay, 6 * _HOUR, "dest"),
        "dest_arrival_delay_24h": _mean(arrival_delay, _DAY, "dest"),
        "dest_late_rate_7d": _mean(late_arrival, _WEEK, "dest"),
        "flight_arrival_delay_7d": _mean(arrival_delay, _WEEK, "carrier", "flight"),
    }


def _mean(value: Column, seconds: int, *entity: str) -> Column:
    """Mean of an entity's values known in the past seconds; null if there are none."""
    return F.avg(value).over(Window.partitionBy(*entity).orderBy("at").rangeBetween(-seconds, 0))


def _overdue(departure: Column, seconds: int, *entity: str) -> Column:
    """Departures scheduled in the past seconds less those that took place in them: how far a queue has grown.

    Queries stand two hours before the schedule in the timeline, so the frame that counts them is shifted by as much.
    """
    timeline = Window.partitionBy(*entity).orderBy("at")
    shift = _CUTOFF_BEFORE_DEPARTURE
    query = F.when(F.col("kind") == "query", 1)
    due = F.count(query).over(timeline.rangeBetween(-seconds - shift, -shift))
    return due - F.count(departure).over(timeline.rangeBetween(-seconds, 0))


def _with_weather(flights: DataFrame, weather: DataFrame) -> DataFrame:
    """Add the reading at the origin labelled with the cutoff's hour; it counts as known at that full hour."""
    readings = weather.select("origin", F.col("time_hour").alias("reading_hour"), *_WEATHER)
    hour = F.date_trunc("hour", F.timestamp_seconds("cutoff"))
    return flights.withColumn("reading_hour", hour).join(readings, ["origin", "reading_hour"], "left")


def _with_plane(flights: DataFrame, planes: DataFrame) -> DataFrame:
    """Add the seats of the assigned aircraft and its age in years."""
    built = planes.select("tailnum", F.col("year").alias("built"), "seats")
    return flights.join(built, "tailnum", "left").withColumn("plane_age", F.col("year") - F.col("built"))
