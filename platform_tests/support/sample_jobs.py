"""Functions of jobs that tests run on an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def only_the_odd(rows: DataFrame) -> DataFrame:
    """Rows whose number is odd."""
    return rows.filter("number % 2 = 1")


def nothing(rows: DataFrame) -> DataFrame:
    """No row."""
    return rows.filter("number < 0")
