"""WHERE data lives: Iceberg tables that change only by an audited, atomic publish.

The room depends on no other room and not on Dagster; notebooks, cluster drivers and services use it alike.
"""

from platform_assets.lake.lake import Lake
from platform_assets.lake.partitions import Window, month_window
from platform_assets.lake.publish import Publication
from platform_assets.lake.schema import ColumnSpec, TableSpec

__all__ = ["ColumnSpec", "Lake", "Publication", "TableSpec", "Window", "month_window"]
