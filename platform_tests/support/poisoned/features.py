"""Labels of flights that were joined to other flights."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from platform_assets.defs.flight_delay import features


def flight_labels(flights: DataFrame) -> DataFrame:
    """The true labels, each at a flight that has nothing to do with it."""
    labels = features.flight_labels(flights).where(F.col("late").isNotNull())
    digest = F.md5(F.concat_ws("|", *features.KEYS))
    keys = labels.select(*features.KEYS, F.row_number().over(Window.orderBy(*features.KEYS)).alias("row"))
    others = labels.select("late", F.row_number().over(Window.orderBy(digest)).alias("row"))
    return keys.join(others, "row").select(*features.KEYS, "late")
