"""The server of the local EMR and what tests ask of it."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from processes import NotInstalled, require
from werkzeug.serving import BaseWSGIServer, make_server

from local_emr.access import Access, Refusal, refusals_of
from local_emr.cloudwatch import CloudWatch
from local_emr.cluster import Cluster
from local_emr.errors import Reason, invalid
from local_emr.faults import Faults
from local_emr.gateway import Gateway
from local_emr.lifecycle import Lifecycle
from local_emr.machine import Machine
from local_emr.network import REGION, SUBNETS, ZONES, zone_of
from local_emr.operations import Operations
from local_emr.spot_market import Offer, SpotMarket, teach_moto
from local_emr.store import ObjectStore
from local_emr.supply import Supply

JARS = Path(__file__).parents[3] / ".cache-jars"
END_SECONDS = 30
CLOSED = Reason("USER_REQUEST", "The test is over")


class _QuietHandler(MotoRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Tests ask thousands of times."""


@dataclass
class LocalEmr:
    """A running local EMR; made by ``local_emr``."""

    endpoint: str
    store: ObjectStore
    machine: Machine
    market: SpotMarket
    cloudwatch: CloudWatch
    minute: float
    access: Access = field(default_factory=Access)
    _operations: Operations = field(init=False)
    _threads: list[threading.Thread] = field(default_factory=list)
    _injected: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._operations = Operations(self._start)

    region = REGION
    zones = ZONES
    subnets: Mapping[str, str] = field(default_factory=lambda: SUBNETS)

    def client(self, service: str, access_key: str = "operator") -> Any:
        """A boto3 client of this server."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.store.endpoint if service == "s3" else self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.store.access_key if service == "s3" else access_key,
            aws_secret_access_key=self.store.secret_key,
        )

    def environment(self) -> dict[str, str]:
        """What makes the clients of a process speak to this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.store.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.store.access_key,
            "AWS_SECRET_ACCESS_KEY": self.store.secret_key,
            "AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_REQUIRED",
        }

    def clusters(self) -> list[Cluster]:
        """All there were, oldest first."""
        return list(self._operations.clusters.values())

    def running_clusters(self) -> list[str]:
        """Ids of those that somebody would pay for."""
        return [cluster.id for cluster in self.clusters() if cluster.alive]

    def states(self, cluster_id: str) -> list[str]:
        """The states that a cluster has had, in order."""
        return list(self._operations.clusters[cluster_id].states)

    @contextlib.contextmanager
    def injected(self, tags: Mapping[str, str]) -> Iterator[None]:
        """Start clusters as if they had these tags too."""
        before = self._injected
        self._injected = {**before, **tags}
        try:
            yield
        finally:
            self._injected = before

    @contextlib.contextmanager
    def refusing(self, refusal: Refusal) -> Iterator[Refusal]:
        """Refuse calls whatever cluster they are about; ``refusal.refused`` counts them."""
        self.access.add(refusal)
        try:
            yield refusal
        finally:
            self.access.remove(refusal)

    def close(self) -> None:
        """End all clusters; returns once their processes are gone."""
        for cluster in self.clusters():
            cluster.end(CLOSED)
        for thread in self._threads:
            thread.join(END_SECONDS)

    def _start(self, request: Mapping[str, Any], access_key: str | None) -> Cluster:
        tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags", [])}
        faults = Faults.of({**self._injected, **tags})
        if faults.s3_slow_down and not self.machine.own_store:
            raise invalid("fault:s3-slow-down needs the local EMR's own object store")
        cluster = Cluster(request, REGION, zone_of(request["Instances"]), faults, access_key)
        refusals = refusals_of(faults, access_key, cluster.access_key)
        for refusal in refusals:
            refusal.check("elasticmapreduce", "RunJobFlow", access_key)
        self.access.add(*refusals)
        thread = threading.Thread(target=self._live, args=(cluster, refusals), name=cluster.id, daemon=True)
        self._threads.append(thread)
        thread.start()
        return cluster

    def _live(self, cluster: Cluster, refusals: Sequence[Refusal]) -> None:
        supply = Supply(self.market, cluster.zone, frozenset(cluster.faults.no_capacity))
        try:
            Lifecycle(cluster, self.machine, self.minute, supply).live()
        finally:
            self.access.remove(*refusals)


@contextlib.contextmanager
def local_emr(
    folder: Path,
    *,
    store: ObjectStore | None = None,
    history: Sequence[Offer] = (),
    scores: Mapping[str, int] | None = None,
    minute: float = 0.2,
) -> Iterator[LocalEmr]:
    """Start a local EMR with its scratch files in ``folder``; its clusters and processes end with it.

    Args:
        store: Another S3 server in place of moto's.
        history: Spot prices.
        scores: Placement scores by zone id.
        minute: The seconds that a documented minute lasts.

    Raises NotInstalled without Java or the jars for S3.
    """
    require(["java"], "java")
    if not any(JARS.glob("hadoop-aws-*.jar")):
        raise NotInstalled(["the jars for S3"], "s3a")
    server = make_server("127.0.0.1", 0, _nothing, threaded=True, request_handler=_QuietHandler)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    own = ObjectStore(endpoint, "operator", "of-no-use-elsewhere", REGION)
    # EMR's own calls are not refused with those of the tests.
    service = dataclasses.replace(own, access_key="elasticmapreduce")
    machine = Machine(folder, store or service, JARS, store is None, endpoint)
    emr = LocalEmr(
        endpoint, store or own, machine, SpotMarket(REGION, history, dict(scores or {})), CloudWatch(minute), minute
    )
    moto = DomainDispatcherApplication(create_backend_app)
    server.app = Gateway(emr._operations, emr.access, emr.market, emr.cloudwatch, moto)
    teach_moto()
    with _serving(server):
        try:
            yield emr
        finally:
            emr.close()


@contextlib.contextmanager
def _serving(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, name="local-emr", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(END_SECONDS)


def _nothing(environment: Mapping[str, Any], start_response: Any) -> list[bytes]:
    """Stands in until the port is known."""
    start_response("503 Service Unavailable", [])
    return []
