"""A small table, cut by month: who wrote a row, in which version, and when it happened. And lakes to keep it in."""

import multiprocessing
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import publisher
import pyarrow as pa
import pytest
from ceph import S3Server, credentials
from postgres import PostgresServer, postgres_server
from processes import NotInstalled, unless_expected

from platform_assets.lake import ColumnSpec, Lake, TableSpec, month_window
from platform_assets.lake.s3 import S3Access

EVENTS = TableSpec(
    "shop.events",
    (
        ColumnSpec("happened", "timestamp", False, "When it happened (UTC)."),
        ColumnSpec("writer", "string", False, "Who wrote the row."),
        ColumnSpec("number", "long", True, "Running number."),
    ),
    (("happened", "month"),),
)

Rows = Callable[..., pa.Table]
NewLake = Callable[[], Lake]
Start = Callable[..., tuple[BaseProcess, Connection]]


@pytest.fixture(scope="session")
def events() -> TableSpec:
    """The table's specification."""
    return EVENTS


@pytest.fixture(scope="session")
def rows() -> Rows:
    """``rows("2013-02", "me", 3)``: rows within a month, an hour apart, first and last moment of the month included."""

    def build(partition: str, writer: str, count: int) -> pa.Table:
        window = month_window(partition, "happened")
        moments = [window.start + timedelta(hours=number) for number in range(count - 1)]
        moments.append(window.end - timedelta(microseconds=1))
        return pa.table(
            {
                "happened": pa.array(moments, pa.timestamp("us", tz="UTC")),
                "writer": [writer] * count,
                "number": pa.array(range(count), pa.int64()),
            }
        )

    return build


@pytest.fixture(scope="session", autouse=True)
def s3_credentials() -> Iterator[None]:
    """The credentials of the S3 server in the environment, before any process is forked."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in credentials().items():
            environment.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server; skips if it is not installed."""
    try:
        with postgres_server() as server:
            yield server
    except NotInstalled as error:
        unless_expected(error)


@pytest.fixture(params=["local", *(pytest.param(name, marks=pytest.mark.s3) for name in ("s3", "glue"))])
def new_lake(request: pytest.FixtureRequest) -> NewLake:
    """Makes empty lakes: in a folder with a SQLite catalog, or on S3 with a catalog in PostgreSQL or in Glue."""
    return request.getfixturevalue(f"new_{request.param}_lake")


@pytest.fixture
def new_local_lake(tmp_path: Path) -> NewLake:
    """Makes empty lakes in folders."""
    return lambda: Lake(tmp_path / uuid.uuid4().hex)


@pytest.fixture
def new_s3_lake(s3_endpoint: S3Server, postgres: PostgresServer) -> NewLake:
    """Makes empty lakes on S3."""

    def make() -> Lake:
        name = f"lake_{uuid.uuid4().hex}"
        access = S3Access(s3_endpoint.endpoint)
        return Lake(f"s3://{s3_endpoint.bucket}/{name}", postgres.new_schema(name), access)

    return make


@pytest.fixture
def new_glue_lake(s3_endpoint: S3Server, glue_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> NewLake:
    """Makes lakes on S3 whose tables Glue knows; there is one Glue, so a new lake is empty because Glue forgets all."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", glue_endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def make() -> Lake:
        urllib.request.urlopen(urllib.request.Request(f"{glue_endpoint}/moto-api/reset", method="POST")).close()
        return Lake(f"s3://{s3_endpoint.bucket}/lake_{uuid.uuid4().hex}", "glue", S3Access(s3_endpoint.endpoint))

    return make


@pytest.fixture(scope="session")
def glue_endpoint() -> Iterator[str]:
    """Moto's Glue, a stand-in of the service: it keeps tables, but accepts a commit that lost a race."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def lake(new_lake: NewLake) -> Lake:
    """An empty lake, on each kind of store."""
    return new_lake()


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.s3)])
def racing_lake(request: pytest.FixtureRequest) -> Lake:
    """An empty lake that many write to at once, on each store but moto's Glue, which would let a lost race through."""
    new: NewLake = request.getfixturevalue(f"new_{request.param}_lake")
    return new()


@pytest.fixture
def local_lake(tmp_path: Path) -> Lake:
    """An empty lake in a folder, for what concerns this machine's disk alone."""
    return Lake(tmp_path / "lake")


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process with a task of ``publisher`` and a pipe to it; all are killed at the end."""
    context = multiprocessing.get_context("forkserver")
    # Imported once and forked: a test kills hundreds of processes, and each would import for seconds.
    context.set_forkserver_preload(publisher.PRELOAD)
    running: list[BaseProcess] = []

    def one(task: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
        ours, theirs = context.Pipe()
        process = context.Process(target=task, args=(theirs, *arguments), daemon=True)
        process.start()
        theirs.close()
        running.append(process)
        return process, ours

    yield one
    for process in running:
        process.kill()
        process.join()
