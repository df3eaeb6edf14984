"""Coarser values as Spark expressions; where a value cannot be made coarser the result is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from platform_assets.quality.personal.declaration import Generalise
from platform_assets.quality.personal.networks import networks_of

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn

# Whole numbers up to here are exact in a double.
EXACT = float(2**53)


def generalised(name: str, column_type: str, personal: Generalise) -> SparkColumn:
    """The coarser value of column ``name``, of the same type."""
    from pyspark.sql import functions as F

    value = F.col(name)
    ways: dict[str, Callable[[], SparkColumn]] = {
        "month": lambda: _period("month", value, column_type),
        "year": lambda: _period("year", value, column_type),
        "bucket": lambda: _bucket(value, column_type, personal.width or 1.0),
        "prefix": lambda: F.substring(value, 1, personal.characters or 1),
        "network": lambda: _network(value),
    }
    return ways[personal.to]()


def _period(period: str, value: SparkColumn, column_type: str) -> SparkColumn:
    from pyspark.sql import functions as F

    return F.trunc(value, period) if column_type == "date" else F.date_trunc(period, value)


def _bucket(value: SparkColumn, column_type: str, width: float) -> SparkColumn:
    from pyspark.sql import functions as F

    if column_type == "double":
        # By the number of the interval: subtracting a remainder would leave rounding errors that differ by value.
        number = value / F.lit(width)
        return F.when(F.abs(number) < EXACT, F.floor(number).cast("double") * F.lit(width))
    whole = value.cast("bigint")
    lower = whole - F.pmod(whole, F.lit(int(width)).cast("bigint"))
    # Below the smallest number there is no lower bound: the subtraction wraps around there.
    smallest = F.lit(-(2**31) if column_type == "int" else -(2**63)).cast("bigint")
    return F.when((lower <= whole) & (lower >= smallest), lower.cast("int" if column_type == "int" else "bigint"))


def _network(value: SparkColumn) -> SparkColumn:
    from pyspark.sql.functions import arrow_udf

    return arrow_udf(networks_of, "string")(value)
