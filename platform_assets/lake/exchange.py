"""One commit that takes exact files of a table out and puts others in, while everything else stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from platform_assets.lake.attempts import until_committed
from platform_assets.lake.publish import PROPERTY_PREFIX

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from platform_assets.lake.lake import Lake


def exchange_files(
    lake: Lake, table: Table, name: str, old: Collection[str], new: Sequence[str], properties: Mapping[str, str]
) -> bool:
    """Replace the files ``old`` of the current rows by the files ``new``; both are locations.

    Returns:
        False if one of the old files is current no more: another writer replaced it, and nothing was changed.

    Raises:
        PublishConflict: other writers kept committing first.
    """
    return until_committed(table, name, lambda: _exchange(lake, table, set(old), new, properties))


def _exchange(lake: Lake, table: Table, old: set[str], new: Sequence[str], properties: Mapping[str, str]) -> bool:
    from pyiceberg.io.pyarrow import parquet_files_to_data_files

    from platform_assets.lake.swap import swap_files

    tasks = table.scan().plan_files()
    leaving = [task.file for task in tasks if lake.store.normalised(task.file.file_path) in old]
    if len(leaving) != len(old):
        return False
    summary = {PROPERTY_PREFIX + key: value for key, value in properties.items()}
    with table.transaction() as transaction:
        swap_files(transaction, leaving, parquet_files_to_data_files(table.io, table.metadata, iter(new)), summary)
    return True
