"""What the automation tests share: the real definitions, an instance in memory, sensors ticked by hand."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest


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
def tick(definitions: dg.Definitions, instance: dg.DagsterInstance, tmp_path: Path) -> Callable[..., Any]:
    """Evaluates a sensor once: ``tick(name, cursor)`` gives its run requests, cursor, asset events or skip message."""
    from platform_assets.components.resources import WorkspaceResource
    from platform_assets.settings import load_settings

    workspace = WorkspaceResource.from_settings(load_settings({"PLATFORM_DATA": str(tmp_path)}))

    def evaluate(name: str, cursor: str | None = None) -> Any:
        with dg.build_sensor_context(
            instance,
            cursor=cursor,
            resources={"workspace": workspace},
            repository_def=definitions.get_repository_def(),
        ) as context:
            return definitions.resolve_sensor_def(name).evaluate_tick(context)

    return evaluate


@pytest.fixture
def drop(landing: Path) -> Callable[..., Path]:
    """Puts a file into the landing folder, as if it had been written ``seconds_ago``."""

    def write(name: str, text: str = "a,b\n1,2\n", seconds_ago: float = 60) -> Path:
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written = time.time() - seconds_ago
        os.utime(path, (written, written))
        return path

    return write


@pytest.fixture
def materialised(instance: dg.DagsterInstance) -> Callable[..., None]:
    """Records that assets were materialised, for a partition or as a whole."""

    def report(*names: str, partition: str | None = None) -> None:
        for name in names:
            instance.report_runless_asset_event(dg.AssetMaterialization(name, partition=partition))

    return report
