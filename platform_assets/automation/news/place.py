"""What every source of news needs: the instance, the assets, and where things are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import dagster as dg

from platform_assets.alerts.news import Link

if TYPE_CHECKING:
    from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetGraph

NOBODY = "nobody"
#: Tag of a job that makes no asset: who answers for it.
OWNER_TAG = "platform/owner"


@dataclass(frozen=True)
class Place:
    """A deployment.

    Attributes:
        ui: address of Dagster's UI.
        secrets: values that no text may show.
    """

    instance: dg.DagsterInstance
    graph: BaseAssetGraph  # type: ignore[type-arg]
    ui: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def owner(self, asset: str) -> str:
        """Who answers for an asset."""
        key = dg.AssetKey.from_user_string(asset)
        owners = self.graph.get(key).owners if self.graph.has(key) else []
        return ", ".join(owners) or NOBODY

    def asset_link(self, asset: str, partition: str | None = None) -> Link:
        """An asset's page, or that of one of its partitions, if it has any."""
        path = "/".join(quote(part, safe="") for part in dg.AssetKey.from_user_string(asset).path)
        shown = (
            f"?view=partitions&partition={quote(partition, safe='')}"
            if partition and self._has_partitions(asset)
            else ""
        )
        return Link(label="asset", url=f"{self.ui.rstrip('/')}/assets/{path}{shown}")

    def maker_links(self, asset: str, partition: str) -> tuple[Link, ...]:
        """The run that made an asset's partition last, or an asset without partitions; none if none did."""
        partitions = [partition] if self._has_partitions(asset) else None
        wanted = dg.AssetRecordsFilter(dg.AssetKey.from_user_string(asset), asset_partitions=partitions)
        made = self.instance.fetch_materializations(wanted, limit=1).records
        return tuple(self.run_link(record.run_id) for record in made if record.run_id)

    def run_link(self, run_id: str) -> Link:
        """A run's page."""
        return Link(label="run", url=f"{self.ui.rstrip('/')}/runs/{run_id}")

    def _has_partitions(self, asset: str) -> bool:
        """What is not known here has some, as most have."""
        key = dg.AssetKey.from_user_string(asset)
        return not self.graph.has(key) or self.graph.get(key).is_partitioned
