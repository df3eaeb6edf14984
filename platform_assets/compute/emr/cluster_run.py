"""What became of one attempt at a job on a cluster: the record that cost, utilisation and alerts are made from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from platform_assets.compute.cost.usage import ClusterUse, InstanceUse
from platform_assets.compute.emr.failures import Failure


@dataclass(frozen=True)
class ClusterRun:
    """One attempt.

    Attributes:
        cluster_id: empty if EMR started none.
        seconds: how long each phase took, as seen by who watched.
        instances: every machine that the cluster had, those that were taken away too.
        log_uri: folder of EMR's logs of this cluster.
        event_log_uri: folder of Spark's event log.
        plan: the fleets that were asked for and the reasons, as JSON.
        reclaimed: ids of the spot instances that EC2 took away.
        failure: None if it did its job.
        metrics_uri: file of what its machines did, see :mod:`platform_assets.compute.utilisation.machines`; empty if
            there is none.
    """

    cluster_id: str
    name: str
    attempt: int
    region: str
    zone: str
    started: datetime
    ended: datetime
    seconds: dict[str, float]
    instances: tuple[InstanceUse, ...]
    log_uri: str
    event_log_uri: str
    plan: dict[str, Any]
    reclaimed: tuple[str, ...] = ()
    failure: Failure | None = None
    metrics_uri: str = ""

    def use(self) -> ClusterUse:
        """What is billed."""
        return ClusterUse(self.cluster_id, self.region, self.instances)

    @property
    def console(self) -> str:
        """Address of the cluster in the AWS console."""
        return f"https://{self.region}.console.aws.amazon.com/emr/home?region={self.region}#/clusterDetails/{self.cluster_id}"

    def to_json(self) -> str:
        """The record as JSON text, times in ISO 8601."""
        return json.dumps(asdict(self), default=lambda value: value.isoformat(), indent=1)
