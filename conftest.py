"""Options of the test run, and the deployments that slow tests share: a folder of data with a Dagster instance."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

ROOT = Path(__file__).parent
REPLAYED_UNTIL = "2013-03"
# Tests must not write to the lake of whoever runs them, nor tell people of it.
LAKE_VARIABLES = {"PLATFORM_WAREHOUSE", "PLATFORM_CATALOG", "PLATFORM_S3_ENDPOINT", "PLATFORM_ALERTS"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the snapshot test and of the browser tests."""
    parser.addoption("--update-snapshots", action="store_true", help="Rewrite the committed snapshots.")
    parser.addoption("--save-screenshots", metavar="DIR", help="Keep the browser tests' screenshots in this folder.")


@dataclass(frozen=True)
class Deployment:
    """PLATFORM_DATA and DAGSTER_HOME in a folder of their own, so that nothing in the checkout is touched."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def landing(self) -> Path:
        return self.data / "landing"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name not in LAKE_VARIABLES},
            "PLATFORM_DATA": str(self.data),
            "DAGSTER_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }

    def python(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run this Python in the checkout on this deployment, and wait for it."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    @contextlib.contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            yield instance

    @contextlib.contextmanager
    def restored(self) -> Iterator["Deployment"]:
        """Put everything back afterwards; Iceberg's files name each other by absolute paths, so a copy would not do."""
        with tempfile.TemporaryDirectory() as backup:
            shutil.copytree(self.folder, backup, dirs_exist_ok=True)
            try:
                yield self
            finally:
                shutil.rmtree(self.folder)
                shutil.copytree(backup, self.folder)


@dataclass(frozen=True)
class Replay:
    """A finished short replay and what it printed."""

    deployment: Deployment
    done: subprocess.CompletedProcess[str]


def new_deployment(folder: Path) -> Deployment:
    """An empty deployment with the checkout's dagster.yaml."""
    deployment = Deployment(folder)
    deployment.home.mkdir(parents=True)
    shutil.copy(ROOT / "dagster.yaml", deployment.home)
    return deployment


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """An empty deployment."""
    return new_deployment(tmp_path)


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """January to March 2013, replayed once for all tests that only look at the outcome."""
    deployment = new_deployment(tmp_path_factory.mktemp("replay") / "deployment")
    done = deployment.python("-m", "platform_assets.cli", "replay", "--until", REPLAYED_UNTIL, timeout=600)
    return Replay(deployment, done)


@pytest.fixture
def replayed(replay: Replay) -> Iterator[Deployment]:
    """The replayed deployment, for one test to change."""
    assert replay.done.returncode == 0, replay.done.stderr
    with replay.deployment.restored() as deployment:
        yield deployment
