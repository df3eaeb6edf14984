"""Rows of an engine's frame as an Arrow table, on every version of Spark that the clusters have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def as_arrow(frame: DataFrame) -> pa.Table:
    """The rows of a frame, brought to this process; for results that are small by nature.

    Spark before 4.0 has no ``DataFrame.toArrow``; what it calls by another name there does the same.
    """
    if hasattr(type(frame), "toArrow"):
        return frame.toArrow()
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    batches = frame._collect_as_arrow()
    return pa.Table.from_batches(batches) if batches else to_arrow_schema(frame.schema).empty_table()
