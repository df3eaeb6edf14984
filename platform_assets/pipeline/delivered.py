"""The delivered file of a partition on this machine, wherever it was delivered."""

from __future__ import annotations

from pathlib import Path

from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryMissing


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
