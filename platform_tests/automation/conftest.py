"""What the automation tests share: the real definitions, an instance in memory, sensors ticked by hand, and a real
`dagster dev`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from dropping import drop_file

if TYPE_CHECKING:
    from alert_channel import Office

    from conftest import Deployment
    from platform_assets.components.resources import WorkspaceResource
    from platform_assets.pipeline import Product

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def definitions() -> dg.Definitions:
    from platform_assets.definitions import defs

    return defs()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture
def tick(
    definitions: dg.Definitions, instance: dg.DagsterInstance, workspace_resource: "WorkspaceResource"
) -> Callable[..., Any]:
    """Evaluates a sensor once: ``tick(name, cursor)`` gives its run requests, cursor, asset events or skip message."""

    def evaluate(name: str, cursor: str | None = None) -> Any:
        with dg.build_sensor_context(
            instance,
            cursor=cursor,
            resources={"workspace": workspace_resource},
            repository_def=definitions.get_repository_def(),
        ) as context:
            return definitions.resolve_sensor_def(name).evaluate_tick(context)

    return evaluate


@pytest.fixture
def drop(landing: Path) -> Callable[..., Path]:
    """Puts a file into the landing folder, as if it had been written ``seconds_ago``."""

    def write(name: str, text: str = "a,b\n1,2\n", seconds_ago: float = 60) -> Path:
        return drop_file(landing, name, text, seconds_ago)

    return write


@pytest.fixture
def materialised(instance: dg.DagsterInstance) -> Callable[..., None]:
    """Records that assets were materialised, for a partition or as a whole."""

    def report(*names: str, partition: str | None = None) -> None:
        for name in names:
            instance.report_runless_asset_event(dg.AssetMaterialization(name, partition=partition))

    return report


@pytest.fixture(scope="session")
def dagster_dev() -> Callable[["Deployment"], contextlib.AbstractContextManager[Path]]:
    """Starts `dagster dev` on a deployment: ``with dagster_dev(deployment) as log``."""
    return running_dagster_dev


@contextlib.contextmanager
def running_dagster_dev(deployment: "Deployment") -> Iterator[Path]:
    """Webserver, daemon and code server, as `make ui` starts them; all of them are stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = deployment.folder / "dagster-dev.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
            cwd=ROOT,
            env=deployment.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield log
        finally:
            server.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=30)
            # What did not end by itself; the group is the session that was started above.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait(timeout=30)


@pytest.fixture
def workspace_resource(tmp_path: Path) -> "WorkspaceResource":
    """Of a deployment whose data is in the test's folder."""
    from platform_assets.components.resources import WorkspaceResource
    from platform_assets.settings import load_settings

    return WorkspaceResource.from_settings(load_settings({"PLATFORM_DATA": str(tmp_path)}))


@pytest.fixture
def alert_office(
    product: "Product", instance: dg.DagsterInstance, workspace_resource: "WorkspaceResource"
) -> "Iterator[Office]":
    """A deployment without assets whose news go to a stand-in of Slack; it looked for news once."""
    from alert_channel import Office, alert_channel

    with alert_channel(product) as channel:
        office = Office(instance, channel, workspace_resource, dg.Definitions())
        office.tick()
        yield office
