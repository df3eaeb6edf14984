from datetime import UTC, datetime, timedelta
from pathlib import Path

from platform_assets.compute.cost.usage import ClusterUse, InstanceUse, Market
from platform_assets.compute.spot.losses import Experience, PoolUse
from platform_assets.lake import Lake
from platform_assets.pipeline.spot_losses import SPOT_LOSSES, pool_uses, read_losses, record_uses

START = datetime(2026, 8, 1, tzinfo=UTC)
ZONE = "us-east-1a"


def instance(name: str, kind: str, hours: float, market: Market = "SPOT", after: float = 0) -> InstanceUse:
    started = START + timedelta(hours=after)
    return InstanceUse(name, kind, market, "task", ZONE, started, started + timedelta(hours=hours))


def cluster(*instances: InstanceUse) -> ClusterUse:
    return ClusterUse("j-1", "us-east-1", instances)


def test_instances_of_a_pool_are_one_use_on_the_clock() -> None:
    used = cluster(
        instance("i-1", "m5.xlarge", 1),
        instance("i-2", "m5.xlarge", 1, after=0.5),
        instance("i-3", "r5.xlarge", 2),
        instance("i-4", "m5.xlarge", 9, market="ON_DEMAND"),
    )
    assert pool_uses(used, reclaimed={"i-2"}) == [
        PoolUse("m5.xlarge", ZONE, START + timedelta(hours=1.5), 1.5, True),
        PoolUse("r5.xlarge", ZONE, START + timedelta(hours=2), 2.0, False),
    ]


def test_what_clusters_went_through_is_read_back_and_written_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    now = START + timedelta(days=2)
    assert read_losses(lake).experience("m5.xlarge", ZONE, now, 30) == Experience()

    lost = [PoolUse("m5.xlarge", ZONE, START, 0.5, True)]
    for _ in range(2):
        record_uses(lake, "j-1", lost, "run-1")
    record_uses(lake, "j-2", [PoolUse("m5.xlarge", ZONE, START + timedelta(days=1), 2.0, False)], "run-2")
    record_uses(lake, "j-3", [], "run-3")

    assert read_losses(lake).experience("m5.xlarge", ZONE, now, 30) == Experience(1, 2.5)
    assert read_losses(lake).experience("m5.xlarge", ZONE, now, 1.5) == Experience(0, 2.0)
    assert lake.read(SPOT_LOSSES.name).num_rows == 2
