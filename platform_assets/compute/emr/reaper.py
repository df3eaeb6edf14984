"""Clusters whose run is not alive any more: a killed worker could not end its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.aws import Aws, aws_errors
from platform_assets.compute.emr.identity import INTERACTIVE
from platform_assets.compute.emr.reporting import LOG
from platform_assets.compute.emr.request import Places
from platform_assets.compute.emr.settings import OWN_TAGS, EmrSettings
from platform_assets.compute.emr.starting import alive

Life = Literal["alive", "ended", "unknown"]


@dataclass(frozen=True)
class RunningCluster:
    """A cluster of this deployment that has not ended.

    Attributes:
        run_id: for which it works; ``interactive`` in a notebook.
        silent: whether whoever watches it has not said so for longer than declared.
    """

    id: str
    name: str
    state: str
    run_id: str
    asset: str
    started: datetime
    silent: bool


def running(aws: Aws, settings: EmrSettings, deployment: str, now: datetime | None = None) -> Iterator[RunningCluster]:
    """Clusters of a deployment that have not ended, by their tags; those of others are not even looked at closely."""
    moment = now or datetime.now(UTC)
    longest = settings.silent_minutes * 60
    for summary in alive(aws):
        # The name begins with the deployment's; tags, which decide, are a call for each cluster.
        if not summary["Name"].startswith(f"{deployment} "):
            continue
        found = None
        with _others_go_on(summary["Id"], "looked at"):
            found = _looked_at(aws, summary, deployment, longest, moment)
        if found is not None:
            yield found


def _looked_at(
    aws: Aws, summary: dict[str, Any], deployment: str, longest: float, moment: datetime
) -> RunningCluster | None:
    """The cluster; None if its tags say that it is another deployment's."""
    cluster = aws.ask("describe_cluster", ClusterId=summary["Id"])["Cluster"]
    tags = {tag["Key"]: tag["Value"] for tag in cluster.get("Tags", [])}
    if tags.get(f"{OWN_TAGS}deployment") != deployment:
        return None
    started = summary["Status"]["Timeline"]["CreationDateTime"].astimezone(UTC)
    return RunningCluster(
        id=summary["Id"],
        name=summary["Name"],
        state=summary["Status"]["State"],
        run_id=tags.get(f"{OWN_TAGS}run", INTERACTIVE),
        asset=tags.get(f"{OWN_TAGS}asset", ""),
        started=started,
        silent=(moment - (_last_sign(aws.s3, cluster["LogUri"]) or started)).total_seconds() > longest,
    )


def orphans(clusters: Iterator[RunningCluster], life_of: Callable[[str], Life]) -> Iterator[RunningCluster]:
    """Those of which the run has ended, or that nobody watches any more.

    Args:
        life_of: says of a run whether it is alive. Dagster may take a killed run for alive, and another instance may
            have started one that this one does not know: then the signs of the watcher decide.
    """
    for cluster in clusters:
        if cluster.state == "TERMINATING":
            continue
        ended = cluster.run_id != INTERACTIVE and life_of(cluster.run_id) == "ended"
        if ended or cluster.silent:
            yield cluster


def reap(aws: Aws, settings: EmrSettings, deployment: str, life_of: Callable[[str], Life]) -> list[RunningCluster]:
    """End the orphans of a deployment and return those that were ended; what AWS refuses for one is logged."""
    ended = []
    for cluster in list(orphans(running(aws, settings, deployment), life_of)):
        with _others_go_on(cluster.id, "ended"):
            aws.ask("terminate_job_flows", JobFlowIds=[cluster.id])
            ended.append(cluster)
    return ended


@contextmanager
def _others_go_on(cluster_id: str, done: str) -> Iterator[None]:
    """One cluster that AWS says nothing about must not keep the others running."""
    try:
        yield
    except aws_errors() as error:
        LOG.error(
            f"Cluster {cluster_id} could not be {done} ({type(error).__name__}: {error}). It may go on and cost money: "
            "look at it in the EMR console; the reaper tries again in ten minutes."
        )


def _last_sign(s3: Any, log_uri: str) -> datetime | None:
    """When the watcher of a cluster last said that it watches; None if it never did."""
    return objects.written(s3, Places.of_logs(log_uri).sign)
