"""The table ``platform.spot_losses``: how long runs used spot pools, and which were taken from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby

from platform_assets.compute.cost.usage import ClusterUse, InstanceUse
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.spot.losses import Losses, PoolUse
from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.partitions import Values

SPOT_LOSSES = TableSpec(
    "platform.spot_losses",
    (
        ColumnSpec("cluster_id", "string", False, "Cluster that used the pool."),
        ColumnSpec("instance_type", "string", False, "Type of the pool's instances."),
        ColumnSpec("zone", "string", False, "Availability zone of the pool."),
        ColumnSpec("ended", "timestamp", False, "When the cluster let go of the pool or lost it (UTC)."),
        ColumnSpec("hours", "double", False, "Hours on the clock that it was used."),
        ColumnSpec("reclaimed", "boolean", False, "Whether EC2 took an instance back."),
    ),
)


def pool_uses(cluster: ClusterUse, reclaimed: Collection[str]) -> list[PoolUse]:
    """What a cluster's spot instances say of their pools; ``reclaimed`` are ids of instances that EC2 took back."""

    def pool(instance: InstanceUse) -> tuple[str, str]:
        return instance.instance_type, instance.zone

    spot = sorted((each for each in cluster.instances if each.market == "SPOT"), key=pool)
    return [_pool_use(list(instances), reclaimed) for _, instances in groupby(spot, key=pool)]


def record_uses(lake: Lake, cluster_id: str, uses: Iterable[PoolUse], run_id: str) -> None:
    """Write what a cluster experienced; writing it again replaces it. Without a use of spot nothing is written."""
    import pyarrow as pa

    rows = [
        {
            "cluster_id": cluster_id,
            "instance_type": use.instance_type,
            "zone": use.zone,
            "ended": use.ended,
            "hours": use.hours,
            "reclaimed": use.reclaimed,
        }
        for use in uses
    ]
    if rows:
        scope = Values((("cluster_id", cluster_id),))
        lake.publish_rows(SPOT_LOSSES, scope, pa.Table.from_pylist(rows), {"run-id": run_id})


def record_experience(lake: Lake, run: ClusterRun) -> None:
    """Record what an attempt on a cluster says of the spot pools that it used."""
    record_uses(lake, run.cluster_id, pool_uses(run.use(), run.reclaimed), run.name)


def read_losses(lake: Lake) -> Losses:
    """Everything that was recorded; none before the first record."""
    if not lake.exists(SPOT_LOSSES.name):
        return Losses()
    columns = [column.name for column in SPOT_LOSSES.columns if column.name != "cluster_id"]
    return Losses(PoolUse(**row) for row in lake.read(SPOT_LOSSES.name, columns=columns).to_pylist())


def _pool_use(instances: list[InstanceUse], reclaimed: Collection[str]) -> PoolUse:
    ended = max(instance.ended for instance in instances)
    used = ended - min(instance.started for instance in instances)
    return PoolUse(
        instance_type=instances[0].instance_type,
        zone=instances[0].zone,
        ended=ended,
        hours=used.total_seconds() / 3600,
        reclaimed=any(instance.instance_id in reclaimed for instance in instances),
    )
