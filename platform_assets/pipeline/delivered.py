"""The delivered file of a partition, wherever it was delivered: on this machine, and where the engine can read it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryMissing
from platform_assets.quality.inspection import Delivery


def delivered_file(workspace: Workspace, declaration: DatasetDeclaration, partition: str | None) -> Path:
    """Path of a partition's file in the landing folder; a file delivered elsewhere is copied there first.

    Raises:
        DeliveryMissing: there is no such file where files are delivered.
        LandingError: that place cannot be read.
    """
    name, remote = declaration.landing_file(partition), workspace.remote_landing
    if remote is not None and remote.fetch(name, workspace.landing) is None:
        raise DeliveryMissing(declaration.name, partition, f"{remote.address}/{name}")
    return workspace.landing / name


@contextlib.contextmanager
def within_reach(workspace: Workspace, delivery: Delivery) -> Iterator[str]:
    """Where the engine can read an inspected delivery: its own place, or a copy in the lake's store for the while."""
    if not workspace.engine.is_remote:
        yield str(delivery.readable)
        return
    store, folder = workspace.lake.store, workspace.lake.new_staging("platform.deliveries")
    copy = f"{folder}/{delivery.readable.name}"
    try:
        store.copy(str(delivery.readable), copy)
        yield copy
    finally:
        store.delete_all(folder)
