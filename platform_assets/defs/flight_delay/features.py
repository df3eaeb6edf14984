"""Features and labels of the product `flight_delay`, as functions of PySpark DataFrames.

They know columns only: the same code runs on every engine, and every value in a feature row was known two hours before
that flight's scheduled departure (its cutoff).
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

KEYS = ("time_hour", "carrier", "flight", "origin")
LATE_MINUTES = 15

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_LEAD = 2 * _HOUR
_NEW_YORK = "America/New_York"
_SCHEDULE = ("dest", "hour", "minute", "distance")
_WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")


def flight_labels(flights: DataFrame) -> DataFrame:
    """One row a flight: its keys and `late`, 1 when it arrived more than 15 minutes late, 0 when not.

    Cancelled and diverted flights have no arrival delay, so their label is null.
    """
    return flights.select(*KEYS, (F.col("arr_delay") > LATE_MINUTES).cast("int").alias("late"))


def flight_features(flights: DataFrame, weather: DataFrame, planes: DataFrame, airports: DataFrame) -> DataFrame:
    """One row a flight: its keys and what was known two hours before its scheduled departure.

    `flights` holds the flights asked for and those of at least ten days before them: seven days of outcomes, and the
    two days and a half that the slowest outcome takes to become known. Without that history the rates of the past are
    null or rest on fewer flights. The keys of `weather` (origin, time_hour), `planes` (tailnum) and `airports` (faa)
    must be unique. The schedule of a flight, its aircraft (`tailnum`) included, counts as known beforehand.
    """
    timed = _with_instants(flights, airports)
    recent = _with_recent_outcomes(_with_inbound_aircraft(timed))
    complete = _with_plane(_with_weather(recent, weather), planes)
    return complete.drop("tailnum", "year", "scheduled", "cutoff")


def _with_instants(flights: DataFrame, airports: DataFrame) -> DataFrame:
    """Add epoch seconds of the scheduled departure, the cutoff, and when the departure and arrival became known."""
    zones = airports.select(F.col("faa").alias("dest"), "tzone")
    return (
        flights.join(zones, "dest", "left")
        .withColumn("scheduled", F.unix_timestamp("time_hour") + F.col("minute") * _MINUTE)
        .withColumn("cutoff", F.col("scheduled") - _LEAD)
        .withColumn("departed", F.col("scheduled") + F.col("dep_delay") * _MINUTE)
        .withColumn("landed", F.col("departed") + F.col("air_time") * _MINUTE)
        .withColumn("arrived", F.when(F.col("arr_delay").isNotNull(), _arrived()))
    )


def _arrived() -> Column:
    """Epoch seconds of the first moment from `landed` on at which the destination's clock shows `arr_time`.

    Counting forward from the landing keeps the hour that a clock shows twice a year unambiguous. Where the result
    does not show `arr_time` (the zone is unknown: four Atlantic airports are missing from the airports table; or the
    clocks changed while the aircraft taxied), a day after the landing is certainly not too early.
    """
    hhmm = F.col("arr_time")
    shown = F.pmod(F.floor(hhmm / 100) * 60 + hhmm % 100, F.lit(24 * 60))
    arrived = F.col("landed") + F.pmod(shown - _clock(F.col("landed")), F.lit(24 * 60)) * _MINUTE
    return F.when(_clock(arrived) == shown, arrived).otherwise(F.col("landed") + _DAY)


def _clock(epoch_seconds: Column) -> Column:
    """Minutes since midnight that a clock at the destination shows."""
    local = F.from_utc_timestamp(F.timestamp_seconds(epoch_seconds), F.col("tzone"))
    return F.hour(local) * 60 + F.minute(local)


def _with_inbound_aircraft(timed: DataFrame) -> DataFrame:
    """Add how far the previous leg of the same aircraft had come by the cutoff (null: no leg in the past week)."""
    legs = Window.partitionBy("tailnum").orderBy("scheduled", "carrier", "flight", "origin")
    outcome = ("scheduled", "departed", "arrived", "dep_delay", "arr_delay", "distance")
    timed = timed.select("*", *[F.lag(name).over(legs).alias(f"last_{name}") for name in outcome])
    follows = F.col("tailnum").isNotNull() & (F.col("scheduled") - F.col("last_scheduled") <= 7 * _DAY)
    gone = follows & (F.col("last_departed") <= F.col("cutoff"))
    waiting = F.greatest(F.col("cutoff"), F.col("last_scheduled"))
    left = F.when(gone, F.col("last_departed")).otherwise(waiting)
    return timed.select(
        "*",
        F.when(gone, F.col("last_dep_delay")).alias("inbound_departure_delay"),
        F.when(follows & (F.col("last_arrived") <= F.col("cutoff")), F.col("last_arr_delay")).alias("inbound_arrival_delay"),
        F.when(gone, (F.col("cutoff") - F.col("last_departed")) / _HOUR).alias("inbound_hours_since_departure"),
        F.when(follows, (left - F.col("last_scheduled")) / _MINUTE).alias("inbound_delay_so_far"),
        F.when(follows, (F.col("scheduled") - left) / _MINUTE - 2 * (40 + F.col("last_distance") / 8)).alias("inbound_spare_minutes"),
    ).drop(*[f"last_{name}" for name in outcome])
