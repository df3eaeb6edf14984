"""Starting a cluster once: RunJobFlow has no token that would keep a repeated call from starting a second one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from platform_assets.compute.emr.aws import TRIES, Aws, backoff, is_cut_off
from platform_assets.compute.emr.view import ALIVE

# A cluster shows up in the list some seconds after it was asked for.
SHOWS_UP_AFTER = 10.0
# EMR's clock and ours may differ.
CLOCKS_DIFFER = timedelta(minutes=5)


def start(aws: Aws, request: dict[str, Any], sleep: Callable[[float], None]) -> str:
    """Start a cluster for an attempt and return its id; the one that an unanswered call started, if it did.

    A cluster that an earlier process of the same attempt left behind is ended first: nobody listens to it any more.
    """
    began = datetime.now(UTC)
    orphans = named(aws, request["Name"], began - timedelta(days=1))
    for orphan in orphans:
        aws.ask("terminate_job_flows", JobFlowIds=[orphan])
    for number in range(1, TRIES + 1):
        try:
            return str(aws.ask("run_job_flow", **request)["JobFlowId"])
        except Exception as error:
            if number == TRIES or not is_cut_off(error):
                raise
        sleep(SHOWS_UP_AFTER)
        started = [each for each in named(aws, request["Name"], began - CLOCKS_DIFFER) if each not in orphans]
        if started:
            return started[0]
        sleep(backoff(number))
    raise AssertionError("unreachable")


def named(aws: Aws, name: str, since: datetime) -> list[str]:
    """Ids of the clusters of that name that were started since and have not ended."""
    return [each["Id"] for each in alive(aws, since) if each["Name"] == name]


def alive(aws: Aws, since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """Clusters of this account and region that have not ended, newest first, as ListClusters describes them."""
    arguments: dict[str, Any] = {"ClusterStates": list(ALIVE)} | ({"CreatedAfter": since} if since else {})
    while True:
        answer = aws.ask("list_clusters", **arguments)
        yield from answer.get("Clusters", [])
        if not answer.get("Marker"):
            return
        arguments["Marker"] = answer["Marker"]
