"""Features that break as a user's function may, on whatever machine it runs."""

from pyspark.sql import DataFrame


def flight_features(**inputs: DataFrame) -> DataFrame:
    """Divides by the number of no rows."""
    flights = inputs["flights"]
    share = 1 / flights.filter("1 = 0").count()
    return flights.withColumn("share", share)
