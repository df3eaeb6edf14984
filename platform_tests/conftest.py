"""What all tests share: an engine, workspaces below tmp_path, and real files cut down to a few hundred rows.

Flights are thinned evenly over their month, so that all days, origins and carriers stay; the product's volume rules
only warn.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ceph import S3Server, credentials, s3_server
from processes import NotInstalled, unless_expected

from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine
from platform_assets.compute.engines.base import use_connect
from platform_assets.compute.engines.s3a import class_path
from platform_assets.compute.engines.spark import JARS
from platform_assets.lake.s3 import S3Access
from platform_assets.settings import prepare_process

if TYPE_CHECKING:
    from local_emr import LocalEmr

    from platform_assets.pipeline import Product, Workspace

# Before any test imports scikit-learn or MLflow.
prepare_process()

NEEDS_JAVA = "needs Java: make java"


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedEngine]:
    """The engine without Java, one server for all tests."""
    engine = EmbeddedEngine()
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server, one for all tests; skips if it is not installed."""
    try:
        with s3_server(tmp_path_factory.mktemp("ceph")) as server:
            yield server
    except NotInstalled as error:
        unless_expected(error)


@pytest.fixture(scope="session")
def local_emr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEmr]:
    """EMR, EC2 prices and S3 on loopback, one for all tests, which leave no cluster running at their end.

    Skips without Java or the jars for S3.
    """
    from local_emr import local_emr as start

    try:
        with start(tmp_path_factory.mktemp("local-emr")) as server:
            yield server
            assert server.running_clusters() == []
    except NotInstalled as error:
        unless_expected(error)


@pytest.fixture(scope="session")
def _spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    engine = SparkEngine(event_logs=tmp_path_factory.mktemp("event_logs"))
    with pytest.MonkeyPatch.context() as environment:
        # Java sees the environment of its start only, and tests on S3 share this session.
        for name, value in credentials().items():
            environment.setenv(name, value)
        assert engine.session is not None
    # Until a test asks for this session, the process speaks to Sail.
    use_connect(True)
    yield engine
    engine.stop()


@pytest.fixture
def spark(request: pytest.FixtureRequest) -> Iterator[SparkEngine]:
    """Apache Spark; skips without Java, but not where the machine is expected to have it (CI=true)."""
    if shutil.which("java") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI runs every test, but this one {NEEDS_JAVA}")
        pytest.skip(NEEDS_JAVA)
    yield request.getfixturevalue("_spark")
    # PySpark's functions speak to one kind of session at a time; the other tests use Spark Connect.
    use_connect(True)


@pytest.fixture
def spark_on_s3(request: pytest.FixtureRequest) -> SparkEngine:
    """Apache Spark told of the S3 server; skips without its jars, but not where they are expected (CI=true)."""
    if class_path(JARS) is None:
        unless_expected(NotInstalled(["hadoop-aws"], "s3a"))
    server: S3Server = request.getfixturevalue("s3_endpoint")
    assert request.getfixturevalue("spark") is not None
    # It shares the session of the other tests, so nobody stops it.
    return SparkEngine(s3=S3Access(server.endpoint))


@pytest.fixture(scope="session")
def product() -> Product:
    """The declared product ``flight_delay``."""
    from platform_assets.pipeline import load_product

    return load_product("flight_delay")


@pytest.fixture(scope="session")
def workspace_at() -> Callable[[Path, Engine], Workspace]:
    """Makes a Workspace whose lake, landing folder, reports and MLflow store lie below a folder."""
    return make_workspace


@pytest.fixture
def workspace(tmp_path: Path, embedded: EmbeddedEngine) -> Workspace:
    """A Workspace below tmp_path on the embedded engine."""
    return make_workspace(tmp_path, embedded)


def make_workspace(folder: Path, engine: Engine) -> Workspace:
    """The layout of ``platform_assets.settings.Settings`` with ``folder`` as PLATFORM_DATA."""
    from platform_assets.lake import Lake
    from platform_assets.pipeline import Workspace

    (folder / "landing").mkdir(parents=True, exist_ok=True)
    (folder / "mlflow").mkdir(parents=True, exist_ok=True)
    return Workspace(
        lake=Lake(folder / "lake"),
        engine=engine,
        landing=folder / "landing",
        reports=folder / "reports",
        tracking_uri=f"sqlite:///{folder / 'mlflow' / 'mlflow.db'}",
        artifacts=folder / "mlflow" / "artifacts",
    )


@pytest.fixture(scope="session")
def full_deliveries(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives a folder with the complete real files of a month, written once a session."""
    from platform_assets.replay.deliveries import deliver

    folder = tmp_path_factory.mktemp("deliveries")

    def of(month: str) -> Path:
        if not (folder / "flights" / f"{month}.csv").exists():
            deliver(folder, month)
        return folder

    return of


@pytest.fixture(scope="session")
def deliver_some(full_deliveries: Callable[[str], Path]) -> Callable[..., list[Path]]:
    """Delivers a month's real files into a landing folder: ``deliver_some(landing, "2013-02", rows=300)``.

    Flights are thinned evenly to about ``rows`` rows, or complete with ``rows=None``; weather and the unpartitioned
    tables are complete. Returns the files written.
    """

    def deliver_month(landing: Path, month: str, rows: int | None = 300) -> list[Path]:
        source = full_deliveries(month)
        written = [_copy(source / name, landing / name) for name in ("planes.csv", "airports.csv", "airlines.csv")]
        written.append(_copy(source / "weather" / f"{month}.csv", landing / "weather" / f"{month}.csv"))
        flights = Path("flights") / f"{month}.csv"
        written.append(_thin(source / flights, landing / flights, rows))
        return written

    return deliver_month


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    return target


def _thin(source: Path, target: Path, rows: int | None) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    header, *lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    step = max(1, len(lines) // rows) if rows else 1
    target.write_text("".join([header, *lines[::step]]), encoding="utf-8")
    shutil.copystat(source, target)
    return target
