"""Series of materialisations read from Dagster's event log, with a bound on how much is read."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.pipeline.costs.usage_facts import USD

if TYPE_CHECKING:
    from platform_assets.quality.health import Materialised


def materialisations(
    instance: dg.DagsterInstance, assets: Iterable[dg.AssetKey], newest: int
) -> dict[str, list[Materialised]]:
    """The newest materialisations of each asset, oldest first; assets that have none are left out.

    Reads at most ``newest`` events an asset, and the step times of each of their runs once.
    """
    from platform_assets.quality.health import Materialised

    @functools.cache
    def seconds(run_id: str) -> dict[str, float]:
        return {
            step.step_key: step.end_time - step.start_time
            for step in instance.get_run_step_stats(run_id)
            if step.start_time is not None and step.end_time is not None
        }

    series: dict[str, list[Materialised]] = {}
    for asset in assets:
        for record in reversed(instance.fetch_materializations(asset, limit=newest).records):
            event = record.asset_materialization
            if event is None:
                continue
            step = record.event_log_entry.step_key
            series.setdefault(asset.to_user_string(), []).append(
                Materialised(
                    label=_label(record.timestamp, event.partition),
                    # What was reported without a run, such as a release from quarantine, took no step.
                    seconds=seconds(record.run_id).get(step) if step else None,
                    rows=_number(event.metadata, "dagster/row_count"),
                    bytes=_number(event.metadata, "bytes"),
                    usd=_number(event.metadata, USD),
                )
            )
    return series


def _label(timestamp: float, partition: str | None) -> str:
    moment = datetime.fromtimestamp(timestamp, UTC)
    when = f"{moment:%m-%d %H:%M:%S}"
    return f"{partition} ({when})" if partition else when


def _number(metadata: Mapping[str, dg.MetadataValue[Any]], name: str) -> float | None:
    value = metadata[name].value if name in metadata else None
    return float(value) if isinstance(value, int | float) else None
