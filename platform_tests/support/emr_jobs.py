"""Functions of jobs that run on a cluster."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOG = logging.getLogger("platform_assets.emr_jobs")


def numbers(session: SparkSession) -> DataFrame:
    """A hundred numbers."""
    LOG.info("counting to a hundred")
    return session.range(100).withColumnRenamed("id", "number")


def counted_in_vain(session: SparkSession) -> DataFrame:
    """Works on Spark, then breaks."""
    share = 1 / session.range(100).filter("id < 0").count()
    return session.range(int(share)).withColumnRenamed("id", "number")
