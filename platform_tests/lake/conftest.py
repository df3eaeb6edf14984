"""A small table, cut by month: who wrote a row, in which version, and when it happened. And lakes to keep it in."""

import multiprocessing
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


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.s3)])
def new_lake(request: pytest.FixtureRequest, tmp_path: Path) -> NewLake:
    """Makes empty lakes: in a folder with a SQLite catalog, or on S3 with a catalog in PostgreSQL."""
    if request.param == "local":
        return lambda: Lake(tmp_path / uuid.uuid4().hex)
    return request.getfixturevalue("new_s3_lake")


@pytest.fixture
def new_s3_lake(s3_endpoint: S3Server, postgres: PostgresServer) -> NewLake:
    """Makes empty lakes on S3."""

    def make() -> Lake:
        name = f"lake_{uuid.uuid4().hex}"
        access = S3Access(s3_endpoint.endpoint)
        return Lake(f"s3://{s3_endpoint.bucket}/{name}", postgres.new_schema(name), access)

    return make


@pytest.fixture
def lake(new_lake: NewLake) -> Lake:
    """An empty lake, on each kind of store."""
    return new_lake()


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
