"""Declared partitions in Dagster's form."""

import dagster as dg

from platform_assets.quality.contract import Partitions


def partitions_definition(partitions: Partitions | None) -> dg.MonthlyPartitionsDefinition | None:
    """The partitions of an asset; keys look like 2013-02, in UTC. None for an unpartitioned table."""
    if partitions is None:
        return None
    return dg.MonthlyPartitionsDefinition(start_date=partitions.start, end_date=partitions.end, fmt="%Y-%m")
