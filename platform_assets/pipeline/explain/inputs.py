"""What a feature row took from one dataset: the rows that are its own, the window it looked back on, and the files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from platform_assets.lake import Window
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.learning import partitions
from platform_assets.learning.feature_set import FeatureInput
from platform_assets.pipeline.explain.kept import readable
from platform_assets.pipeline.explain.link import Link, resolved
from platform_assets.pipeline.explain.rows import matching_rows
from platform_assets.pipeline.explain.source_file import source_file_link
from platform_assets.pipeline.explain.surroundings import Surroundings
from platform_assets.quality.contract import contract_window
from platform_assets.quality.dataset import DatasetDeclaration

DATASET = "dataset snapshot"
# Windows end after the feature row's own hour, whose schedule it knows.
_INCLUSIVE = timedelta(microseconds=1)


def input_link(
    around: Surroundings,
    source: FeatureInput,
    partition: str,
    snapshot: int,
    row: Mapping[str, Any],
    wanted: Mapping[str, Any],
) -> tuple[Link, Mapping[str, Any] | None]:
    """The dataset snapshot that was read, and the first of its rows that belong to the feature row.

    Args:
        row: the feature row.
        wanted: values by column of the rows that belong to it; empty if nothing is declared of them.
    """
    dataset = around.product.datasets[source.dataset]
    table = around.product.table(source.dataset)
    found: list[dict[str, Any]] = []

    def look() -> Link:
        if wanted:
            found.extend(matching_rows(around, dataset, snapshot, partition, wanted).to_pylist())
        window = _window(around, dataset, source, partition, row)
        parts = _partitions(dataset, window)
        held = readable(around, table, snapshot, parts)
        facts = {
            "snapshot": str(snapshot),
            "matched on": dict(wanted),
            "rows": found,
            "window": _window_facts(around, table, dataset, window, held),
        }
        files = [source_file_link(around, dataset, part, snapshot) for part in parts]
        return Link(DATASET, table, facts, links=tuple(files))

    link = resolved(DATASET, table, look, snapshot=str(snapshot))
    return link, found[0] if found else None


def _window(
    around: Surroundings, dataset: DatasetDeclaration, source: FeatureInput, partition: str, row: Mapping[str, Any]
) -> Window | None:
    """The declared lookback, ending with the feature row's time; None for a dataset that is not cut by time."""
    cut = around.feature_set.partitions
    own = contract_window(dataset, partition)
    if own is None or cut is None:
        return None
    moment: datetime = row[cut.column]
    return Window(own.column, moment - timedelta(days=source.lookback_days), moment + _INCLUSIVE)


def _window_facts(
    around: Surroundings, table: str, dataset: DatasetDeclaration, window: Window | None, snapshot: int
) -> dict[str, Any]:
    columns = [window.column if window else dataset.keys[0]]
    rows = around.lake.read(table, window or WHOLE_TABLE, columns=columns, snapshot_id=snapshot).num_rows
    if window is None:
        return {"rows": rows}
    return {"column": window.column, "from": window.start, "to": window.end - _INCLUSIVE, "rows": rows}


def _partitions(dataset: DatasetDeclaration, window: Window | None) -> list[str | None]:
    """The partitions that a window touches, from the first that the dataset has."""
    if window is None or dataset.partitions is None:
        return [None]
    touched = partitions.between(partitions.partition_of(window.start), partitions.partition_of(window.end))
    return [part for part in touched if part >= dataset.partitions.start]
