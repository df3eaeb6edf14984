"""What clusters cost: billed as an attempt ends, and, if nobody was there to do so, found again the day after."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from platform_assets.compute.cost.charge import Attribution, Share
from platform_assets.compute.cost.meter import cluster_record, cluster_used, priced
from platform_assets.compute.cost.record import UsageRecord
from platform_assets.compute.cost.usage import ClusterUse
from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.current_prices import list_prices
from platform_assets.compute.emr.identity import INTERACTIVE
from platform_assets.compute.emr.instances import instances, uses
from platform_assets.compute.emr.settings import OWN_TAGS, EmrSettings
from platform_assets.compute.emr.view import ENDED
from platform_assets.compute.prices.spot_market import spot_history
from platform_assets.lake import Window
from platform_assets.pipeline.asset_owners import PLATFORM_OWNER
from platform_assets.pipeline.costs.storage import PLATFORM
from platform_assets.pipeline.costs.table import COSTS, TIME

if TYPE_CHECKING:
    from platform_assets.compute.emr.cluster_run import ClusterRun
    from platform_assets.compute.prices.book import PriceBook
    from platform_assets.lake import Lake

# How long after its end a cluster that nobody recorded counts as forgotten, and how far back they are looked for.
FORGOTTEN_AFTER, LOOKED_FOR = timedelta(hours=1), timedelta(days=14)


def bill_attempt(settings: EmrSettings, run: ClusterRun) -> None:
    """Bill the cluster of an attempt that ended, well or not, to the step that is under way."""
    if run.instances:
        use = run.use()
        cluster_used(use, partial(_prices, Aws(settings.region), settings, use))


def forgotten_clusters(
    lake: Lake, aws: Aws, settings: EmrSettings, deployment: str, now: datetime, run_id: str
) -> Iterator[UsageRecord]:
    """Records of clusters of this deployment that ended and are in no record: their worker was killed or cancelled.

    Their tags say who bears them.

    Raises:
        botocore.exceptions.ClientError, BotoCoreError: AWS does not answer.
    """
    known = _recorded(lake, now)
    for summary in _ended_clusters(aws, now):
        if summary["Name"].startswith(f"{deployment} ") and f"cluster/{summary['Id']}" not in known:
            cluster = aws.ask("describe_cluster", ClusterId=summary["Id"])["Cluster"]
            tags = _own_tags(cluster)
            use = _use(aws, settings, cluster)
            if tags.get("deployment") == deployment and use.instances:
                charges = priced(use, partial(_prices, aws, settings, use))
                yield cluster_record(use, charges, tags.get("run", run_id), [Share(to=_bearer(tags))], "failed")


def _own_tags(cluster: dict[str, Any]) -> dict[str, str]:
    tags = {tag["Key"]: tag["Value"] for tag in cluster.get("Tags", [])}
    return {key.removeprefix(OWN_TAGS): value for key, value in tags.items() if key.startswith(OWN_TAGS)}


def _prices(aws: Aws, settings: EmrSettings, use: ClusterUse) -> PriceBook:
    """List prices, with the spot prices of the types that the cluster had, for as long as it had them."""
    book = list_prices(settings)
    spot = [each for each in use.instances if each.market == "SPOT"]
    if not spot:
        return book
    types = sorted({each.instance_type for each in spot})
    return book.model_copy(update={"spot_prices": spot_history(aws.ec2, types, min(each.started for each in spot))})


def _recorded(lake: Lake, now: datetime) -> Collection[str]:
    if not lake.exists(COSTS.name):
        return ()
    window = Window(TIME, now - 2 * LOOKED_FOR, now + timedelta(days=1))
    return set(lake.read(COSTS.name, window, columns=["record_id", TIME]).column("record_id").to_pylist())


def _ended_clusters(aws: Aws, now: datetime) -> Iterator[dict[str, Any]]:
    asked: dict[str, Any] = {"ClusterStates": list(ENDED), "CreatedAfter": now - LOOKED_FOR}
    while True:
        answer = aws.ask("list_clusters", **asked)
        for summary in answer.get("Clusters", []):
            ended = summary["Status"]["Timeline"].get("EndDateTime")
            if ended is not None and ended < now - FORGOTTEN_AFTER:
                yield summary
        if not answer.get("Marker"):
            return
        asked["Marker"] = answer["Marker"]


def _use(aws: Aws, settings: EmrSettings, cluster: dict[str, Any]) -> ClusterUse:
    zone = cluster.get("Ec2InstanceAttributes", {}).get("Ec2AvailabilityZone", "")
    listed = instances(aws, cluster["Id"])
    machines = uses(aws, cluster["Id"], listed, zone, settings.disk_gib)
    return ClusterUse(cluster["Id"], settings.region, machines)


def _bearer(tags: dict[str, str]) -> Attribution:
    return Attribution(
        asset=tags.get("asset", INTERACTIVE),
        product=tags.get("product", PLATFORM),
        owner=tags.get("owner", PLATFORM_OWNER),
        partition=tags.get("partition"),
    )
